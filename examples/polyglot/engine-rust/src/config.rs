//! Settings of the engine, read once from the environment.

use std::path::PathBuf;

use thiserror::Error;

/// The only protocol that is compiled in.
const PROTOCOL: &str = "http/protobuf";

/// Why the environment is no configuration.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ConfigError {
    #[error("{0} is not set: give it the path of a Unix socket")]
    Missing(&'static str),
    #[error("OTEL_EXPORTER_OTLP_PROTOCOL is \"{0}\": only {PROTOCOL} is built in")]
    Protocol(String),
}

/// Where the engine listens and where it reports to.
#[derive(Debug, PartialEq, Eq)]
pub struct Config {
    pub engine_socket: PathBuf,
    pub reporter_socket: PathBuf,
}

impl Config {
    /// `lookup` gives the value of an environment variable, if it is set.
    pub fn new(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let path = |key| match lookup(key) {
            Some(value) if !value.is_empty() => Ok(PathBuf::from(value)),
            _ => Err(ConfigError::Missing(key)),
        };
        match lookup("OTEL_EXPORTER_OTLP_PROTOCOL") {
            Some(protocol) if protocol != PROTOCOL => return Err(ConfigError::Protocol(protocol)),
            _ => {}
        }
        Ok(Self {
            engine_socket: path("ENGINE_SOCKET")?,
            reporter_socket: path("REPORTER_SOCKET")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGINE: (&str, &str) = ("ENGINE_SOCKET", "run/engine.sock");
    const REPORTER: (&str, &str) = ("REPORTER_SOCKET", "run/reporter.sock");

    type Case = (&'static str, &'static [(&'static str, &'static str)], ConfigError);

    fn config(env: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::new(|key| env.iter().find(|(k, _)| *k == key).map(|(_, v)| (*v).to_owned()))
    }

    #[test]
    fn reads_both_sockets() {
        let want = Config {
            engine_socket: PathBuf::from("run/engine.sock"),
            reporter_socket: PathBuf::from("run/reporter.sock"),
        };
        assert_eq!(config(&[ENGINE, REPORTER]), Ok(want));
    }

    #[test]
    fn names_the_variable_that_is_wrong() {
        let cases: &[Case] = &[
            ("nothing set", &[], ConfigError::Missing("ENGINE_SOCKET")),
            ("one missing", &[ENGINE], ConfigError::Missing("REPORTER_SOCKET")),
            (
                "one empty",
                &[ENGINE, ("REPORTER_SOCKET", "")],
                ConfigError::Missing("REPORTER_SOCKET"),
            ),
            (
                "another protocol",
                &[ENGINE, ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")],
                ConfigError::Protocol("grpc".to_owned()),
            ),
        ];
        for (name, env, want) in cases {
            assert_eq!(config(env).as_ref(), Err(want), "{name}");
        }
    }
}
