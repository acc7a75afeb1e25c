//! The HTTP client that carries spans to the collector.
//!
//! The OTLP exporter leaves the client open. This one blocks, which is right
//! here: the batch processor exports on a thread of its own. It also says on
//! stderr when exporting begins to fail and when it works again.

use std::error::Error;
use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use ureq::Agent;

/// How long one export may take. The engine must be gone within five seconds of
/// SIGTERM, also if the collector does not answer.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(2);

/// Most bytes of an answer that are read; it is a short message of the collector.
const ANSWER_LIMIT: u64 = 64 << 10;

/// Posts to the collector over plain HTTP.
#[derive(Debug)]
pub struct OtlpHttp {
    agent: Agent,
    failing: AtomicBool,
}

impl OtlpHttp {
    pub fn new() -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(EXPORT_TIMEOUT))
            .http_status_as_error(false)
            .build();
        Self { agent: config.into(), failing: AtomicBool::new(false) }
    }

    fn post(
        &self,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, Box<dyn Error + Send + Sync>> {
        let (parts, body) = request.into_parts();
        let (parts, answer) = self.agent.run(Request::from_parts(parts, &body[..]))?.into_parts();
        let mut text = Vec::new();
        answer.into_reader().take(ANSWER_LIMIT).read_to_end(&mut text)?;
        Ok(Response::from_parts(parts, text.into()))
    }

    fn log_change(&self, failure: Option<String>) {
        let was_failing = self.failing.swap(failure.is_some(), Ordering::Relaxed);
        match failure {
            Some(cause) if !was_failing => eprintln!("pricing-engine: export spans: {cause}"),
            None if was_failing => eprintln!("pricing-engine: export spans: works again"),
            _ => {}
        }
    }
}

#[async_trait]
impl HttpClient for OtlpHttp {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let result = self.post(request);
        self.log_change(match &result {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(format!("collector answered {}", answer.status())),
            Err(e) => Some(e.to_string()),
        });
        result
    }
}
