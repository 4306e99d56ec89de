//! Processes that the supervisor wrote down, and whether they are still the same ones.

use std::os::fd::{AsFd as _, OwnedFd};
use std::time::{Duration, Instant};

use monai_spec::supervision::Process;
use monai_supervisor::describe;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

/// Ends `process`, if it still is the one that was written down, and waits until it has ended: after `patience` it is
/// killed. Returns whether it is gone. A process that took over its number is left alone.
pub(crate) fn end(process: &Process, patience: Duration) -> bool {
    let Some(pidfd) = open(process) else {
        return true;
    };
    let _ = pidfd_send_signal(pidfd.as_fd(), Signal::TERM);
    if ended(&pidfd, patience) {
        return true;
    }
    let _ = pidfd_send_signal(pidfd.as_fd(), Signal::KILL);
    ended(&pidfd, Duration::from_secs(10))
}

/// Kills `process` at once, if it still is the one that was written down. Returns whether it is gone.
pub(crate) fn kill(process: &Process) -> bool {
    let Some(pidfd) = open(process) else {
        return true;
    };
    let _ = pidfd_send_signal(pidfd.as_fd(), Signal::KILL);
    ended(&pidfd, Duration::from_secs(10))
}

/// A descriptor of the process. Its start is read only once the descriptor is held: from then on the number cannot be
/// given to another process without the descriptor seeing the end.
fn open(process: &Process) -> Option<OwnedFd> {
    let pid = i32::try_from(process.pid).ok().and_then(Pid::from_raw)?;
    let pidfd = pidfd_open(pid, PidfdFlags::empty()).ok()?;
    (describe(process.pid).as_ref() == Some(process)).then_some(pidfd)
}

fn ended(pidfd: &OwnedFd, patience: Duration) -> bool {
    let deadline = Instant::now() + patience;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let wait = Timespec { tv_sec: left.as_secs() as i64, tv_nsec: left.subsec_nanos().into() };
        match poll(&mut [PollFd::new(pidfd, PollFlags::IN)], Some(&wait)) {
            Ok(0) => return false,
            Ok(_) => return true,
            Err(_) if left.is_zero() => return false,
            Err(_) => {}
        }
    }
}
