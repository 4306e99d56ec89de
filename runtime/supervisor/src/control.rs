//! The control socket: one order and one answer per connection.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::mpsc::Sender;
use std::thread;
use std::time::Duration;

use monai_spec::supervision::{Reply, Request, SOCKET};

use crate::supervisor::Event;
use crate::{Error, Folder};

const PATIENCE: Duration = Duration::from_secs(5);
const LONGEST_ORDER: u64 = 4096;

/// Opens the socket in the working directory, which must be the folder: a long path would not fit a socket address. The
/// process's umask keeps it to its owner from the first moment.
pub(crate) fn open(folder: &Folder, events: Sender<Event>) -> Result<(), Error> {
    let name = Path::new(SOCKET);
    // Only the holder of the lock comes here, so a socket that lies here is a dead one's.
    let _ = std::fs::remove_file(name);
    let listener =
        UnixListener::bind(name).map_err(|source| Error::File { act: "create", path: folder.control(), source })?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let events = events.clone();
            thread::spawn(move || serve(&stream, &events));
        }
    });
    Ok(())
}

fn serve(stream: &UnixStream, events: &Sender<Event>) {
    let _ = stream.set_read_timeout(Some(PATIENCE));
    let _ = stream.set_write_timeout(Some(PATIENCE));
    let mut line = String::new();
    if BufReader::new(stream.take(LONGEST_ORDER)).read_line(&mut line).is_err() {
        return;
    }
    let Ok(request) = serde_json::from_str::<Request>(&line) else { return };
    if let Ok(stream) = stream.try_clone() {
        let _ = events.send(Event::Request(request, Asker(stream)));
    }
}

/// Who asked. The answer is written by the loop itself, so that it is out before the process ends.
pub(crate) struct Asker(UnixStream);

impl Asker {
    pub(crate) fn answer(mut self, reply: &Reply) {
        let mut bytes = serde_json::to_vec(reply).expect("the document holds text and numbers only");
        bytes.push(b'\n');
        // Whoever has gone away needs no answer.
        let _ = self.0.write_all(&bytes);
    }
}
