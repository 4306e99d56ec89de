//! Leaves the caller's process group, terminal, descriptors and environment behind.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use monai_spec::supervision::Request;

use crate::{Client, Error, Folder, Life};

const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(10);

/// Starts `program supervise --attached DIR` as a process that outlives the caller, and returns once it answers.
///
/// Every descriptor of ours is closed on the way, since one open pipe of a plugin hangs Terraform; the environment is
/// cleared, since it holds the caller's secrets.
///
/// # Errors
/// The program cannot be started, or it ends before it answers, for instance since another supervisor lives there.
pub fn detach(program: &Path, folder: &Folder) -> Result<(), Error> {
    folder.create()?;
    let log = folder.logs().join("supervisor.log");
    let opened = std::fs::OpenOptions::new().append(true).create(true).open(&log);
    let output = opened.map_err(|source| Error::File { act: "open", path: log.clone(), source })?;
    let failed = |source| Error::Start { program: program.to_owned(), source };
    close_fds::set_fds_cloexec(3, &[]);
    let mut child = Command::new(program)
        .args(["supervise", "--attached"])
        .arg(folder.path())
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(output.try_clone().map_err(failed)?)
        .stderr(output)
        .spawn()
        .map_err(failed)?;
    let deadline = Instant::now() + PATIENCE;
    let client = Client::new(folder);
    loop {
        if let Some(status) = child.try_wait().map_err(failed)? {
            return Err(Error::Detach { reason: status.to_string(), log });
        }
        if client.life()? == Life::Alive && client.ask(&Request::Status, PATIENCE).is_ok() {
            return Ok(());
        }
        if Instant::now() > deadline {
            let _ = child.kill();
            return Err(Error::Detach { reason: format!("it did not answer within {} s", PATIENCE.as_secs()), log });
        }
        thread::sleep(PAUSE);
    }
}
