//! The processes of this machine, by what `/proc` says.

use std::fs;
use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};

fn all() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").expect("/proc is mounted");
    entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// The processes whose working directory lies within `folder`: every supervisor and every server of an endpoint.
pub(crate) fn within(folder: &Path) -> Vec<u32> {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let inside = |pid: &u32| fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd.starts_with(&folder));
    all().filter(inside).collect()
}

/// The child of `parent` that is the provider.
pub(crate) fn provider_of(parent: u32) -> Option<u32> {
    all().find(|pid| {
        let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
        // pid (comm) state ppid …; comm is cut to 15 bytes.
        let Some((name, rest)) = stat.split_once(") ") else { return false };
        let ppid = rest.split(' ').nth(1).and_then(|ppid| ppid.parse().ok());
        name.ends_with("(terraform-provi") && ppid == Some(parent)
    })
}

/// Kills at once.
pub(crate) fn kill(pid: u32) {
    let pid = Pid::from_raw(i32::try_from(pid).expect("a process id fits")).expect("a process id is not zero");
    // It may have ended by itself.
    let _ = kill_process(pid, Signal::KILL);
}
