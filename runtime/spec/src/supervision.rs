//! The documents of local supervision: what the provider wants, what the supervisor sees, what they say to each other.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Digest, Error, Settings};

/// The version of these documents; another one is refused.
pub const VERSION: u32 = 1;
/// File of an endpoint's folder that holds [`Desired`].
pub const DESIRED: &str = "desired.json";
/// File of an endpoint's folder that holds [`Observed`].
pub const OBSERVED: &str = "observed.json";
/// File of an endpoint's folder that the supervisor locks for life.
pub const LOCK: &str = "lock";
/// The control socket in an endpoint's folder, mode 0600.
pub const SOCKET: &str = "control.sock";
/// Folder of an endpoint's folder with `supervisor.log`, `runtime.log` and their rotated predecessors.
pub const LOGS: &str = "logs";

/// What the provider wants: written atomically, read by the supervisor when it starts and when it is told to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Desired {
    /// [`VERSION`].
    pub version: u32,
    /// Grows with each write.
    pub generation: u64,
    /// The endpoint's name.
    pub name: String,
    /// The machine that it was written for.
    pub host: String,
    /// The runtime's binary.
    pub runtime: Artifact,
    /// The bundle's folder.
    pub bundle: Artifact,
    /// How the server runs.
    pub settings: Settings,
    /// When a server that ends is started again.
    pub restart: Restart,
}

impl Desired {
    /// Reads the document and refuses what this version cannot honour.
    pub fn parse(text: &[u8]) -> Result<Desired, Error> {
        let refuse = |reason: String| Error::Document { document: DESIRED, reason };
        let desired: Desired = serde_json::from_slice(text).map_err(|error| refuse(error.to_string()))?;
        if desired.version != VERSION {
            return Err(refuse(format!("found version {}, expected {VERSION}", desired.version)));
        }
        desired.check()?;
        Ok(desired)
    }

    /// Refuses an address that other machines reach: that needs TLS, which this version does not have.
    pub fn check(&self) -> Result<(), Error> {
        if self.settings.address.is_loopback() {
            return Ok(());
        }
        Err(Error::Value {
            key: "address".into(),
            found: format!("`{}`", self.settings.address),
            expected: "a loopback address such as `127.0.0.1`; any other needs TLS, which is not built yet".into(),
        })
    }
}

/// A file or folder by content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Artifact {
    /// Its digest.
    pub digest: Digest,
    /// Where its copy lies.
    pub path: String,
}

/// When a server that ends is started again: after `base`, then after twice as long each time, at most `cap`; after
/// `limit` ends in a row, never. A server that was ready for longer than `cap` starts the count anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Restart {
    /// First pause, in milliseconds.
    pub base_ms: u64,
    /// Longest pause, in milliseconds.
    pub cap_ms: u64,
    /// How many ends in a row are followed by a start.
    pub limit: u32,
}

impl Restart {
    /// Six starts in about half a minute.
    pub const DEFAULT: Restart = Restart { base_ms: 500, cap_ms: 30_000, limit: 6 };

    /// The pause after the `failures`-th end in a row (from 1), or `None` where no start follows.
    pub fn pause(&self, failures: u32) -> Option<Duration> {
        if failures > self.limit {
            return None;
        }
        let doubled = self.base_ms.saturating_mul(1_u64.checked_shl(failures.saturating_sub(1)).unwrap_or(u64::MAX));
        Some(Duration::from_millis(doubled.min(self.cap_ms)))
    }
}

/// A process that cannot be mistaken for a later one with the same number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// When it started, in clock ticks since boot (`/proc/PID/stat`, field 22).
    pub start_time: u64,
    /// The boot in which it started (`/proc/sys/kernel/random/boot_id`).
    pub boot_id: String,
}

/// How an endpoint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Its first server is loading the model.
    Starting,
    /// It serves the generation that is named.
    Ready,
    /// A newer generation is being prepared; the older one serves until then.
    Updating,
    /// Its server ended; the next one starts after a pause.
    Restarting,
    /// Its server cannot be started; only a new generation or a new supervisor tries again.
    Failed,
    /// It is finishing its last requests.
    Stopping,
    /// It was stopped.
    Stopped,
}

/// How a server ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exit {
    /// Its exit code, where it ended by itself.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
}

/// What the supervisor sees: written atomically after each change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Observed {
    /// [`VERSION`].
    pub version: u32,
    /// The newest generation that the supervisor has read.
    pub generation: u64,
    /// The generation that serves, if one does.
    pub serving: Option<u64>,
    /// How the endpoint is.
    pub status: Status,
    /// Why it is not ready, where it is not.
    pub reason: Option<String>,
    /// The machine.
    pub host: String,
    /// The supervisor.
    pub supervisor: Process,
    /// Every server that may be alive: the one that serves, and one that is being prepared or drained.
    pub servers: Vec<Process>,
    /// Ends of servers that nobody asked for, since this supervisor started.
    pub unexpected_ends: u64,
    /// How the last server ended that nobody asked to end.
    pub last_exit: Option<Exit>,
    /// The last lines of the server's output.
    pub last_lines: Vec<String>,
}

/// What the provider asks, one JSON object on one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    /// Answers what is seen now.
    Status,
    /// Reads `desired.json` again.
    Reload,
    /// Answers as soon as `generation`, or a later one, serves or failed.
    Settled {
        /// The generation that is waited for.
        generation: u64,
    },
    /// Drains and ends the server, then the supervisor. The answer comes when the port is free.
    Stop,
}

/// What the supervisor answers, one JSON object on one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// What is seen.
    Observed(Observed),
    /// Why the request was refused.
    Refused(String),
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Restart;

    #[test]
    fn pauses_double_up_to_the_cap_and_end() {
        let restart = Restart { base_ms: 100, cap_ms: 350, limit: 4 };
        let pauses: Vec<_> = (1..=5).map(|failures| restart.pause(failures)).collect();
        let expected = [Some(100), Some(200), Some(350), Some(350), None];
        assert_eq!(pauses, expected.map(|pause| pause.map(Duration::from_millis)));
        assert_eq!(Restart { base_ms: 1, cap_ms: 9, limit: 200 }.pause(100), Some(Duration::from_millis(9)));
    }
}
