//! Connections of the callers: one thread each, a bounded number, and a way to
//! stop that finishes what was begun.

use std::collections::HashMap;
use std::io;
use std::net::Shutdown;
use std::os::fd::AsRawFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime};

use nix::sys::socket;

use crate::frame::{self, FrameError};
use crate::peer::check_same_user;
use crate::reporter::Reporter;
use crate::service::Service;
use crate::wire;

/// Largest request or reply in bytes.
pub const FRAME_LIMIT: usize = 16 << 20;

/// Most connections at a time; each has a thread, a frame and a slot. Callers
/// keep theirs open, so more than a handful means that one of them leaks.
const MAX_CONNECTIONS: usize = 64;

/// Pause after a failed accept, such as one without a free file descriptor,
/// which would otherwise fail again at once and for ever.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves callers until it is stopped. Clones share the same connections.
#[derive(Debug, Clone)]
pub struct Server(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    service: Service,
    reporter_socket: PathBuf,
    state: Mutex<State>,
    /// Told when a connection is gone.
    left: Condvar,
}

#[derive(Debug, Default)]
struct State {
    stopping: bool,
    next_id: u64,
    /// A handle of each open connection, to wake its thread when stopping.
    open: HashMap<u64, UnixStream>,
}

impl Server {
    pub fn new(service: Service, reporter_socket: PathBuf) -> Self {
        Self(Arc::new(Shared {
            service,
            reporter_socket,
            state: Mutex::default(),
            left: Condvar::new(),
        }))
    }

    /// Accepts callers; returns when [`Server::stop`] was called.
    pub fn run(&self, listener: &UnixListener) {
        loop {
            let accepted = listener.accept();
            if self.0.state().stopping {
                return;
            }
            match accepted {
                Ok((stream, _)) => {
                    if let Err(e) = self.admit(stream) {
                        eprintln!("pricing-engine: connection refused: {e}");
                    }
                }
                Err(e) => {
                    eprintln!("pricing-engine: accept: {e}");
                    thread::sleep(ACCEPT_PAUSE);
                }
            }
        }
    }

    /// Stops accepting, lets each connection finish the request it is at, and
    /// waits for them; `false` if some were not done within `timeout`.
    pub fn stop(&self, listener: &UnixListener, timeout: Duration) -> bool {
        let mut state = self.0.state();
        state.stopping = true;
        // Wakes the accept; it cannot fail on a socket that is listening.
        let _ = socket::shutdown(listener.as_raw_fd(), socket::Shutdown::Both);
        // A thread that waits for a request reads the end of the stream. A
        // caller that has hung up already needs no waking.
        for stream in state.open.values() {
            let _ = stream.shutdown(Shutdown::Read);
        }
        let (state, _) = self
            .0
            .left
            .wait_timeout_while(state, timeout, |state| !state.open.is_empty())
            .unwrap_or_else(PoisonError::into_inner);
        state.open.is_empty()
    }

    fn admit(&self, stream: UnixStream) -> io::Result<()> {
        check_same_user(&stream)?;
        let handle = stream.try_clone()?;
        let mut state = self.0.state();
        if state.stopping {
            return Ok(());
        }
        if state.open.len() == MAX_CONNECTIONS {
            return Err(io::Error::other(format!(
                "{MAX_CONNECTIONS} connections are open already"
            )));
        }
        let id = state.next_id;
        state.next_id += 1;
        state.open.insert(id, handle);
        drop(state);

        let guard = Open { shared: Arc::clone(&self.0), id };
        thread::Builder::new().name(format!("caller-{id}")).spawn(move || {
            if let Err(e) = converse(&guard.shared, stream) {
                eprintln!("pricing-engine: connection {id} closed: {e}");
            }
        })?;
        Ok(())
    }
}

/// Strikes the connection off when its thread ends, in whichever way.
struct Open {
    shared: Arc<Shared>,
    id: u64,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.shared.state().open.remove(&self.id);
        self.shared.left.notify_all();
    }
}

impl Shared {
    /// No thread panics while it holds the lock, and if one did, the map would
    /// still be whole.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers the requests of one caller, one after the other.
fn converse(shared: &Shared, mut stream: UnixStream) -> Result<(), FrameError> {
    let mut reporter = Reporter::new(shared.reporter_socket.clone());
    loop {
        let frame = match frame::read(&mut stream, FRAME_LIMIT) {
            Ok(Some(frame)) => frame,
            Ok(None) => return Ok(()),
            Err(e @ (FrameError::TooLarge { .. } | FrameError::Empty)) => {
                // What follows is not a frame: say why, and hang up.
                let reply = wire::encode_error(&e.to_string(), "").map_err(io::Error::other)?;
                frame::write(&mut stream, &reply, FRAME_LIMIT)?;
                return Err(e);
            }
            Err(e) => return Err(e),
        };
        let reply = shared
            .service
            .answer(frame, SystemTime::now(), &mut reporter)
            .map_err(io::Error::other)?;
        frame::write(&mut stream, &reply, FRAME_LIMIT)?;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::telemetry;
    use crate::testing::{Collected, ORDER_ROWS, TempFolder, order_stream};

    const PATIENCE: Duration = Duration::from_secs(5);

    /// Runs a server while `talk` talks to it, then stops it.
    fn with_server(talk: impl FnOnce(&Server, &dyn Fn() -> UnixStream, &UnixListener)) {
        let folder = TempFolder::new();
        let path = folder.path().join("engine.sock");
        let listener = UnixListener::bind(&path).unwrap();
        let tracer = telemetry::tracer(&Collected::default().provider());
        let server = Server::new(Service::new(tracer), folder.path().join("reporter.sock"));
        thread::scope(|scope| {
            scope.spawn(|| server.run(&listener));
            talk(&server, &|| UnixStream::connect(&path).unwrap(), &listener);
            assert!(server.stop(&listener, PATIENCE), "connections are left over");
        });
    }

    fn status_in(reply: &[u8]) -> String {
        let reader = arrow_ipc::reader::StreamReader::try_new(reply, None).unwrap();
        reader.schema().metadata()["status"].clone()
    }

    #[test]
    fn answers_one_request_after_the_other() {
        with_server(|_, connect, _| {
            let mut caller = connect();
            for _ in 0..2 {
                frame::write(&mut caller, &order_stream("", ORDER_ROWS), FRAME_LIMIT).unwrap();
                let reply = frame::read(&mut caller, FRAME_LIMIT).unwrap().unwrap();
                assert_eq!(reply, wire::encode_total("o-1", 2599).unwrap());
            }
        });
    }

    #[test]
    fn frame_out_of_bounds_is_answered_and_ends_the_connection() {
        let cases: &[(&str, [u8; 4], &str)] = &[
            (
                "16 MiB + 1",
                [1, 0, 0, 1],
                "error: frame of 16777217 bytes exceeds the limit of 16777216 bytes",
            ),
            ("empty", [0, 0, 0, 0], "error: frame is empty"),
        ];
        with_server(|_, connect, _| {
            for (name, prefix, want) in cases {
                let mut caller = connect();
                caller.write_all(prefix).unwrap();
                let reply = frame::read(&mut caller, FRAME_LIMIT).unwrap().unwrap();
                assert_eq!(&status_in(&reply), want, "{name}");
                assert!(frame::read(&mut caller, FRAME_LIMIT).unwrap().is_none(), "{name}");
            }
        });
    }

    #[test]
    fn other_callers_do_not_notice_a_broken_one() {
        with_server(|_, connect, _| {
            let mut good = connect();
            let mut broken = connect();
            broken.write_all(&[0, 0, 0, 9, b'x']).unwrap();
            drop(broken);
            frame::write(&mut good, &order_stream("", ORDER_ROWS), FRAME_LIMIT).unwrap();
            assert!(frame::read(&mut good, FRAME_LIMIT).unwrap().is_some());
        });
    }

    #[test]
    fn connections_are_bounded() {
        with_server(|_, connect, _| {
            let _held: Vec<UnixStream> = (0..MAX_CONNECTIONS).map(|_| connect()).collect();
            let mut one_more = connect();
            assert!(frame::read(&mut one_more, FRAME_LIMIT).unwrap().is_none());
        });
    }

    #[test]
    fn stop_ends_idle_connections_and_takes_no_new_one() {
        with_server(|server, connect, listener| {
            let mut idle = connect();
            frame::write(&mut idle, &order_stream("", ORDER_ROWS), FRAME_LIMIT).unwrap();
            frame::read(&mut idle, FRAME_LIMIT).unwrap().unwrap();

            assert!(server.stop(listener, PATIENCE));
            assert!(frame::read(&mut idle, FRAME_LIMIT).unwrap().is_none());
            let address = listener.local_addr().unwrap();
            assert!(UnixStream::connect(address.as_pathname().unwrap()).is_err());
        });
    }
}
