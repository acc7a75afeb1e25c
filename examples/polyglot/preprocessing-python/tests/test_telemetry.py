import pytest

from preprocessing import telemetry


def test_resource_has_the_service_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OTEL_SERVICE_NAME", raising=False)
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "service.namespace=polyglot")
    attributes = dict(telemetry.resource().attributes)
    assert len(attributes.pop("service.instance.id")) == 36
    attributes.pop("telemetry.sdk.version")
    assert attributes == {
        "service.name": "preprocessing",
        "service.namespace": "polyglot",
        "service.version": "1.0.0",
        "telemetry.sdk.language": "python",
        "telemetry.sdk.name": "opentelemetry",
    }


@pytest.mark.parametrize(
    ("key", "value"),
    [("OTEL_SERVICE_NAME", "other"), ("OTEL_RESOURCE_ATTRIBUTES", "service.name=other")],
)
def test_the_environment_wins(monkeypatch: pytest.MonkeyPatch, key: str, value: str) -> None:
    monkeypatch.delenv("OTEL_SERVICE_NAME", raising=False)
    monkeypatch.delenv("OTEL_RESOURCE_ATTRIBUTES", raising=False)
    monkeypatch.setenv(key, value)
    assert telemetry.resource().attributes["service.name"] == "other"
