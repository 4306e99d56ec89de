//! The tensors of a TorchScript program, by the tree of its modules.

use crate::pickle::{Heap, Object, Ref};

/// Deepest nesting of modules.
const MAX_DEPTH: usize = 256;
/// Characters of names that any program may have, and for each byte of its pickle. A few bytes can ask for the same module
/// under many names; a tensor takes more bytes to describe than its name has characters.
const FREE_NAMES: usize = 64 * 1024;
const NAMES_PER_BYTE: usize = 8;
/// What an entry costs besides its name.
const ENTRY: usize = 32;

/// Parameters and buffers as in PyTorch's `state_dict` of the program: names are paths of attributes, and what lies in two
/// places has two names. A tensor that is neither, but a plain attribute of a module, cannot be told from a buffer and is
/// among them.
///
/// `length` is that of the pickle in bytes. Fails for a program that nests or repeats its modules without end.
pub(crate) fn state_dict(heap: &Heap, length: usize) -> Result<Vec<(String, Ref)>, String> {
    let left = FREE_NAMES.saturating_add(length.saturating_mul(NAMES_PER_BYTE));
    let mut walk = Walk { heap, left, found: Vec::new() };
    walk.module(heap.root, "", 0)?;
    Ok(walk.found)
}

struct Walk<'a> {
    heap: &'a Heap,
    /// Characters of names that may still be taken.
    left: usize,
    found: Vec<(String, Ref)>,
}

impl Walk<'_> {
    /// A module's own tensors come before those of the modules in it, as in PyTorch.
    fn module(&mut self, module: Ref, path: &str, depth: usize) -> Result<(), String> {
        if depth > MAX_DEPTH {
            return Err(format!("its modules are nested deeper than {MAX_DEPTH}"));
        }
        let Object::Module(Some(attributes)) = self.heap.get(module) else { return Ok(()) };
        let Object::Dict(attributes) = self.heap.get(*attributes) else { return Ok(()) };
        let heap = self.heap;
        let mut modules = Vec::new();
        for (key, value) in attributes {
            let Object::Str(key) = heap.get(*key) else {
                return Err(format!("an attribute of the module `{path}` has no name"));
            };
            let value = *value;
            match heap.get(value) {
                Object::Tensor(_) => {
                    let name = self.name(path, key)?;
                    self.found.push((name, value));
                }
                Object::Module(_) => modules.push((key, value)),
                _ => {}
            }
        }
        for (key, value) in modules {
            let path = self.name(path, key)?;
            self.module(value, &path, depth + 1)?;
        }
        Ok(())
    }

    fn name(&mut self, path: &str, key: &str) -> Result<String, String> {
        let name = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        match self.left.checked_sub(name.len() + ENTRY) {
            Some(left) => self.left = left,
            None => return Err("its modules repeat each other far more often than the file pays for".to_owned()),
        }
        Ok(name)
    }
}
