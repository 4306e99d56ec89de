//! A restricted unpickler: a stack machine over a closed list of opcodes and globals. It builds data, it calls nothing.

use std::collections::HashMap;

use crate::dtype::Dtype;

/// Most objects of one pickle.
const MAX_OBJECTS: usize = 1_000_000;
/// Bytes or items that may be copied besides twice the pickle's own length. A few opcodes can ask for the same copy again
/// and again; checkpoints copy less than they hold.
const FREE_COPIES: usize = 64 * 1024;

/// Index of an object in a [`Heap`].
pub(crate) type Ref = usize;

/// One object of a pickle.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Object {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(String),
    Bytes(Vec<u8>),
    Tuple(Vec<Ref>),
    List(Vec<Ref>),
    Dict(Vec<(Ref, Ref)>),
    Global(Global),
    Storage(Storage),
    Tensor(Tensor),
    /// An object of a class of TorchScript with the dictionary of its attributes, where that was given.
    Module(Option<Ref>),
    /// A NumPy dtype or scalar, a device, or a typed list or dictionary of TorchScript: kept as a fact without content.
    Opaque,
}

/// The names that a pickle may use.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Global {
    RebuildTensor,
    RebuildTensorV2,
    RebuildParameter,
    OrderedDict,
    Size,
    Device,
    NumpyScalar,
    NumpyDtype,
    Encode,
    ScriptClass,
    ScriptCollection,
    StorageType(Dtype),
}

/// A storage record of the archive.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Storage {
    pub(crate) key: String,
    pub(crate) dtype: Dtype,
    pub(crate) elements: usize,
}

/// A tensor before its storage is looked up.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tensor {
    pub(crate) storage: Storage,
    pub(crate) offset: usize,
    pub(crate) shape: Vec<usize>,
    pub(crate) strides: Vec<usize>,
}

/// Why a pickle is not read.
#[derive(Debug, PartialEq)]
pub(crate) enum Refusal {
    /// A global, a reduction or an opcode outside the list.
    Name(String),
    /// The bytes are not a well-formed pickle.
    Malformed(String),
}

/// All objects of a pickle and the one that it returns.
#[derive(Debug)]
pub(crate) struct Heap {
    objects: Vec<Object>,
    pub(crate) root: Ref,
}

impl Heap {
    pub(crate) fn get(&self, reference: Ref) -> &Object {
        &self.objects[reference]
    }
}

fn malformed<T>(reason: &str) -> Result<T, Refusal> {
    Err(Refusal::Malformed(reason.to_owned()))
}

/// Reads a pickle.
pub(crate) fn load(bytes: &[u8]) -> Result<Heap, Refusal> {
    let mut machine = Machine {
        bytes,
        at: 0,
        objects: Vec::new(),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
        copied: 0,
    };
    loop {
        if machine.objects.len() > MAX_OBJECTS {
            return malformed("too many objects");
        }
        let opcode = machine.take(1)?[0];
        if opcode == b'.' {
            let root = machine.pop()?;
            return Ok(Heap { objects: machine.objects, root });
        }
        machine.step(opcode)?;
    }
}

struct Machine<'a> {
    bytes: &'a [u8],
    at: usize,
    objects: Vec<Object>,
    stack: Vec<Ref>,
    marks: Vec<usize>,
    memo: HashMap<u32, Ref>,
    copied: usize,
}

impl<'a> Machine<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Refusal> {
        let end = self.at.checked_add(count);
        match end.and_then(|end| self.bytes.get(self.at..end)) {
            Some(taken) => {
                self.at += count;
                Ok(taken)
            }
            None => malformed("the pickle ends early"),
        }
    }

    fn unsigned(&mut self, width: usize) -> Result<u64, Refusal> {
        let mut wide = [0; 8];
        wide[..width].copy_from_slice(self.take(width)?);
        Ok(u64::from_le_bytes(wide))
    }

    fn prefixed(&mut self, width: usize) -> Result<&'a [u8], Refusal> {
        let length = usize::try_from(self.unsigned(width)?);
        length.map_or_else(|_| malformed("a length beyond memory"), |length| self.take(length))
    }

    fn line(&mut self) -> Result<&'a str, Refusal> {
        let rest = &self.bytes[self.at..];
        let Some(length) = rest.iter().position(|byte| *byte == b'\n') else { return malformed("a line has no end") };
        self.at += length + 1;
        text(&rest[..length])
    }

    fn push(&mut self, object: Object) {
        self.stack.push(self.objects.len());
        self.objects.push(object);
    }

    fn pop(&mut self) -> Result<Ref, Refusal> {
        if self.marks.last().is_some_and(|mark| self.stack.len() <= *mark) {
            return malformed("a mark where an object is expected");
        }
        self.stack.pop().map_or_else(|| malformed("the stack is empty"), Ok)
    }

    fn pop_mark(&mut self) -> Result<Vec<Ref>, Refusal> {
        match self.marks.pop() {
            Some(mark) if mark <= self.stack.len() => Ok(self.stack.split_off(mark)),
            _ => malformed("no mark on the stack"),
        }
    }

    fn top(&self) -> Result<Ref, Refusal> {
        self.stack.last().copied().map_or_else(|| malformed("the stack is empty"), Ok)
    }

    fn tuple(&mut self, count: usize) -> Result<(), Refusal> {
        let mut items = Vec::with_capacity(count);
        for _ in 0..count {
            items.push(self.pop()?);
        }
        items.reverse();
        self.push(Object::Tuple(items));
        Ok(())
    }

    fn step(&mut self, opcode: u8) -> Result<(), Refusal> {
        match opcode {
            0x80 => match self.take(1)?[0] {
                2..=5 => {}
                other => return malformed(&format!("protocol {other}")),
            },
            0x95 => {
                self.take(8)?;
            }
            b'(' => self.marks.push(self.stack.len()),
            b'0' => {
                self.pop()?;
            }
            b'1' => {
                self.pop_mark()?;
            }
            b'2' => {
                let top = self.top()?;
                self.stack.push(top);
            }
            b'N' => self.push(Object::None),
            0x88 => self.push(Object::Bool(true)),
            0x89 => self.push(Object::Bool(false)),
            b'J' => {
                let value = self.unsigned(4)? as u32 as i32;
                self.push(Object::Int(i64::from(value)));
            }
            b'K' => {
                let value = self.unsigned(1)?;
                self.push(Object::Int(value as i64));
            }
            b'M' => {
                let value = self.unsigned(2)?;
                self.push(Object::Int(value as i64));
            }
            0x8a => {
                let bytes = self.prefixed(1)?;
                let object = long(bytes)?;
                self.push(object);
            }
            b'G' => {
                let mut bits = [0; 8];
                bits.copy_from_slice(self.take(8)?);
                self.push(Object::Float(f64::from_be_bytes(bits)));
            }
            b'X' | 0x8c | 0x8d => {
                let bytes = self.prefixed(match opcode {
                    b'X' => 4,
                    0x8c => 1,
                    _ => 8,
                })?;
                let object = Object::Str(text(bytes)?.to_owned());
                self.push(object);
            }
            b'B' | b'C' | b'T' | b'U' => {
                let bytes = self.prefixed(if matches!(opcode, b'B' | b'T') { 4 } else { 1 })?;
                self.push(Object::Bytes(bytes.to_vec()));
            }
            b']' => self.push(Object::List(Vec::new())),
            b'}' => self.push(Object::Dict(Vec::new())),
            b')' => self.push(Object::Tuple(Vec::new())),
            b't' => {
                let items = self.pop_mark()?;
                self.push(Object::Tuple(items));
            }
            b'l' => {
                let items = self.pop_mark()?;
                self.push(Object::List(items));
            }
            0x85..=0x87 => self.tuple(usize::from(opcode - 0x84))?,
            b'a' => {
                let item = self.pop()?;
                self.append(vec![item])?;
            }
            b'e' => {
                let items = self.pop_mark()?;
                self.append(items)?;
            }
            b's' => {
                let value = self.pop()?;
                let key = self.pop()?;
                self.set(vec![key, value])?;
            }
            b'u' => {
                let items = self.pop_mark()?;
                self.set(items)?;
            }
            b'q' | b'r' | 0x94 => {
                let slot = match opcode {
                    b'q' => self.unsigned(1)? as u32,
                    b'r' => self.unsigned(4)? as u32,
                    _ => self.memo.len() as u32,
                };
                let top = self.top()?;
                self.memo.insert(slot, top);
            }
            b'h' | b'j' => {
                let slot = self.unsigned(if opcode == b'h' { 1 } else { 4 })? as u32;
                match self.memo.get(&slot) {
                    Some(reference) => self.stack.push(*reference),
                    None => return malformed("a memo that was not set"),
                }
            }
            b'c' => {
                let (module, name) = (self.line()?, self.line()?);
                self.global(module, name)?;
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                match (&self.objects[module], &self.objects[name]) {
                    (Object::Str(module), Object::Str(name)) => {
                        let (module, name) = (module.clone(), name.clone());
                        self.global(&module, &name)?;
                    }
                    _ => return malformed("a global without names"),
                }
            }
            b'Q' => self.persistent()?,
            b'R' => self.reduce()?,
            0x81 => self.new_object()?,
            b'b' => self.build()?,
            other => return Err(Refusal::Name(format!("opcode 0x{other:02x}"))),
        }
        Ok(())
    }

    fn append(&mut self, items: Vec<Ref>) -> Result<(), Refusal> {
        let top = self.top()?;
        match &mut self.objects[top] {
            Object::List(list) => list.extend(items),
            _ => return malformed("an item is appended to something that is no list"),
        }
        Ok(())
    }

    fn set(&mut self, items: Vec<Ref>) -> Result<(), Refusal> {
        let top = self.top()?;
        match &mut self.objects[top] {
            Object::Dict(dict) if items.len().is_multiple_of(2) => {
                dict.extend(items.chunks_exact(2).map(|pair| (pair[0], pair[1])));
            }
            _ => return malformed("a key is set on something that is no dictionary"),
        }
        Ok(())
    }

    fn global(&mut self, module: &str, name: &str) -> Result<(), Refusal> {
        let storage = |dtype| Some(Global::StorageType(dtype));
        let global = match (module, name) {
            ("torch._utils", "_rebuild_tensor") => Some(Global::RebuildTensor),
            ("torch._utils", "_rebuild_tensor_v2") => Some(Global::RebuildTensorV2),
            ("torch._utils", "_rebuild_parameter") => Some(Global::RebuildParameter),
            ("collections", "OrderedDict") => Some(Global::OrderedDict),
            ("torch", "Size") => Some(Global::Size),
            ("torch", "device") => Some(Global::Device),
            ("numpy.core.multiarray" | "numpy._core.multiarray", "scalar") => Some(Global::NumpyScalar),
            ("numpy", "dtype") => Some(Global::NumpyDtype),
            ("_codecs", "encode") => Some(Global::Encode),
            ("torch", "DoubleStorage") => storage(Dtype::F64),
            ("torch", "FloatStorage") => storage(Dtype::F32),
            ("torch", "HalfStorage") => storage(Dtype::F16),
            ("torch", "BFloat16Storage") => storage(Dtype::Bf16),
            ("torch", "LongStorage") => storage(Dtype::I64),
            ("torch", "IntStorage") => storage(Dtype::I32),
            ("torch", "ShortStorage") => storage(Dtype::I16),
            ("torch", "CharStorage") => storage(Dtype::I8),
            ("torch", "ByteStorage") => storage(Dtype::U8),
            ("torch", "BoolStorage") => storage(Dtype::Bool),
            (
                "torch.jit._pickle",
                "build_intlist" | "build_doublelist" | "build_boollist" | "build_tensorlist" | "restore_type_tag",
            ) => Some(Global::ScriptCollection),
            (module, _) if module.split('.').next() == Some("__torch__") => Some(Global::ScriptClass),
            _ => None,
        };
        match global {
            Some(global) => self.push(Object::Global(global)),
            None => {
                let name: String = format!("{module}.{name}").chars().take(200).collect();
                return Err(Refusal::Name(name));
            }
        }
        Ok(())
    }

    /// `('storage', type, key, location, elements)`.
    fn persistent(&mut self) -> Result<(), Refusal> {
        let id = self.pop()?;
        let Object::Tuple(parts) = &self.objects[id] else { return malformed("a storage without its description") };
        let parts: Vec<&Object> = parts.iter().map(|part| &self.objects[*part]).collect();
        let [Object::Str(word), Object::Global(Global::StorageType(dtype)), Object::Str(key), Object::Str(_), elements] =
            parts.as_slice()
        else {
            return malformed("a storage without its description");
        };
        match elements {
            Object::Int(elements) if *elements >= 0 && word == "storage" => {
                let storage = Storage { key: key.clone(), dtype: *dtype, elements: *elements as usize };
                self.count_copied(storage.key.len())?;
                self.push(Object::Storage(storage));
                Ok(())
            }
            _ => malformed("a storage without its size"),
        }
    }

    fn reduce(&mut self) -> Result<(), Refusal> {
        let (arguments, callee) = (self.pop()?, self.pop()?);
        let Object::Global(callee) = self.objects[callee] else {
            return Err(Refusal::Name("REDUCE of an object".to_owned()));
        };
        let Object::Tuple(arguments) = &self.objects[arguments] else { return malformed("a call without arguments") };
        let arguments: Vec<&Object> = arguments.iter().map(|argument| &self.objects[*argument]).collect();
        let result = match (callee, arguments.as_slice()) {
            (
                Global::RebuildTensorV2 | Global::RebuildTensor,
                [Object::Storage(storage), offset, shape, strides, ..],
            ) => {
                let Object::Int(offset) = offset else { return malformed("a tensor without its offset") };
                let Ok(offset) = usize::try_from(*offset) else { return malformed("a negative offset") };
                let (shape, strides) = (self.extents(shape)?, self.extents(strides)?);
                Object::Tensor(Tensor { storage: storage.clone(), offset, shape, strides })
            }
            (Global::RebuildParameter, [Object::Tensor(tensor), ..]) => Object::Tensor(tensor.clone()),
            (Global::OrderedDict, []) => Object::Dict(Vec::new()),
            (Global::OrderedDict, [Object::List(pairs)]) => {
                let pair = |pair: &Ref| match &self.objects[*pair] {
                    Object::Tuple(items) | Object::List(items) if items.len() == 2 => Ok((items[0], items[1])),
                    _ => malformed("an ordered dictionary of something that is no pair"),
                };
                Object::Dict(pairs.iter().map(pair).collect::<Result<_, _>>()?)
            }
            (Global::Size, [Object::Tuple(extents)]) => Object::Tuple(extents.clone()),
            (Global::Device, [Object::Str(_), ..]) => Object::Opaque,
            (Global::NumpyDtype, [Object::Str(_), ..]) => Object::Opaque,
            (Global::ScriptCollection, [Object::List(_) | Object::Dict(_), ..]) => Object::Opaque,
            (Global::NumpyScalar, [Object::Opaque, Object::Bytes(_)]) => Object::Opaque,
            (Global::Encode, [Object::Str(text), Object::Str(encoding)]) if encoding == "latin1" => {
                match text.chars().map(|c| u8::try_from(u32::from(c))).collect::<Result<Vec<u8>, _>>() {
                    Ok(bytes) => Object::Bytes(bytes),
                    Err(_) => return malformed("text that is not Latin-1"),
                }
            }
            (callee, _) => return Err(Refusal::Name(format!("REDUCE of {callee:?} with these arguments"))),
        };
        self.count_copied(match &result {
            Object::Bytes(bytes) => bytes.len(),
            Object::Tuple(items) => items.len(),
            Object::Dict(pairs) => pairs.len(),
            Object::Tensor(tensor) => tensor.storage.key.len(),
            _ => 0,
        })?;
        self.push(result);
        Ok(())
    }

    /// `Class.__new__(Class)`, for the classes of TorchScript alone, which have no code here.
    fn new_object(&mut self) -> Result<(), Refusal> {
        let (arguments, class) = (self.pop()?, self.pop()?);
        match (&self.objects[class], &self.objects[arguments]) {
            (Object::Global(Global::ScriptClass), Object::Tuple(arguments)) if arguments.is_empty() => {
                self.push(Object::Module(None));
                Ok(())
            }
            _ => Err(Refusal::Name("NEWOBJ of something else than a TorchScript class".to_owned())),
        }
    }

    fn count_copied(&mut self, more: usize) -> Result<(), Refusal> {
        self.copied += more;
        if self.copied > FREE_COPIES + 2 * self.bytes.len() {
            return malformed("it copies far more than it holds");
        }
        Ok(())
    }

    fn extents(&self, object: &Object) -> Result<Vec<usize>, Refusal> {
        let (Object::Tuple(items) | Object::List(items)) = object else { return malformed("a tensor without a shape") };
        let extent = |item: &Ref| match self.objects[*item] {
            Object::Int(extent) => usize::try_from(extent).map_or_else(|_| malformed("a negative extent"), Ok),
            _ => malformed("an extent that is no integer"),
        };
        if items.len() > 8 {
            return malformed("a tensor of more than 8 axes");
        }
        items.iter().map(extent).collect()
    }

    /// The attributes of an object of TorchScript; those of a state dictionary (`_metadata`) and of a NumPy dtype carry
    /// nothing that is needed.
    fn build(&mut self) -> Result<(), Refusal> {
        let state = self.pop()?;
        let top = self.top()?;
        match (&self.objects[top], &self.objects[state]) {
            (Object::Module(None), Object::Dict(_)) => {
                self.objects[top] = Object::Module(Some(state));
                Ok(())
            }
            (Object::Dict(_), Object::Dict(_)) | (Object::Opaque, Object::Tuple(_)) => Ok(()),
            _ => Err(Refusal::Name("BUILD of an object".to_owned())),
        }
    }
}

fn text(bytes: &[u8]) -> Result<&str, Refusal> {
    std::str::from_utf8(bytes).map_or_else(|_| malformed("text that is not UTF-8"), Ok)
}

fn long(bytes: &[u8]) -> Result<Object, Refusal> {
    if bytes.len() > 8 {
        return malformed("an integer of more than 64 bits");
    }
    let negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
    let mut wide = [if negative { 0xff } else { 0 }; 8];
    wide[..bytes.len()].copy_from_slice(bytes);
    Ok(Object::Int(i64::from_le_bytes(wide)))
}
