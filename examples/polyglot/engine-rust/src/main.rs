//! The pricing engine of the polyglot example.
//!
//! It takes orders as Arrow IPC over a Unix socket, sums their lines, records
//! each total with the reporter through shared memory, and answers the price.
//! [`service`] is the place to begin reading; break 4 of the example is in
//! [`b3`] and [`narrow_ids`].

mod b3;
mod backoff;
mod config;
mod frame;
mod listen;
mod narrow_ids;
mod otlp_http;
mod peer;
mod pricing;
mod reporter;
mod reporter_link;
mod server;
mod service;
mod shared_slot;
mod telemetry;
#[cfg(test)]
mod testing;
mod wire;

use std::env;
use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use nix::sys::signal::{SigSet, Signal};

use crate::config::Config;
use crate::listen::PrivateListener;
use crate::server::Server;
use crate::service::Service;

/// How long requests may take to finish, and spans to leave, after SIGTERM;
/// together they stay below the five seconds that a service has to end.
const DRAIN_TIMEOUT: Duration = Duration::from_millis(2500);
const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("pricing-engine: {e}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let config = Config::new(|key| env::var(key).ok())?;
    // Before the first thread: threads inherit the mask, so a signal waits for
    // the one that asks for it.
    let signals = SigSet::from_iter([Signal::SIGTERM, Signal::SIGINT]);
    signals.thread_block()?;

    let listener = PrivateListener::bind(&config.engine_socket)?;
    let provider = telemetry::provider()?;
    let service = Service::new(telemetry::tracer(&provider));
    let server = Server::new(service, config.reporter_socket);

    thread::scope(|scope| {
        scope.spawn(|| server.run(&listener.socket));
        let ended = announce().and_then(|()| Ok(signals.wait()?));
        if !server.stop(&listener.socket, DRAIN_TIMEOUT) {
            eprintln!("pricing-engine: requests unfinished after {DRAIN_TIMEOUT:?}");
        }
        ended
    })?;
    drop(listener);
    if let Err(e) = provider.shutdown_with_timeout(FLUSH_TIMEOUT) {
        eprintln!("pricing-engine: flush spans: {e}");
    }
    Ok(())
}

/// Whoever started the engine waits for this line.
fn announce() -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "ready pricing-engine")?;
    stdout.flush()
}
