//! Names a process so that no later one with the same number is taken for it.

use std::fs;

use monai_spec::supervision::Process;

/// Describes the process `pid`; `None` where `/proc` does not show it.
#[must_use]
pub fn describe(pid: u32) -> Option<Process> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name in parentheses and may hold spaces; field 22 is counted from its end.
    let start_time = stat.rsplit_once(')')?.1.split_whitespace().nth(19)?.parse().ok()?;
    let boot_id = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?.trim().to_owned();
    Some(Process { pid, start_time, boot_id })
}
