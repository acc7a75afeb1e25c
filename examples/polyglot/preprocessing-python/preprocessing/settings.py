"""Where the service listens and what it talks to; read once from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass


class SettingsError(ValueError):
    """A variable is missing or malformed; the message names it and what to set it to."""


@dataclass(frozen=True)
class Settings:
    host: str
    port: int
    engine_socket: str
    nats_url: str

    @staticmethod
    def from_environment(environment: Mapping[str, str]) -> "Settings":
        host, port = _address(environment, "PREPROCESSING_ADDR", "127.0.0.1:8081")
        return Settings(
            host=host,
            port=port,
            engine_socket=_required(environment, "ENGINE_SOCKET", "/run/polyglot/engine.sock"),
            nats_url=_required(environment, "NATS_URL", "nats://127.0.0.1:4222"),
        )


def _required(environment: Mapping[str, str], key: str, example: str) -> str:
    value = environment.get(key, "")
    if not value:
        raise SettingsError(f"{key}: not set; set it to, for example, {example}")
    return value


def _address(environment: Mapping[str, str], key: str, example: str) -> tuple[str, int]:
    value = _required(environment, key, example)
    host, _, port = value.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:
        raise SettingsError(f'{key}: "{value}" is not host:port; set it to, for example, {example}')
    return host, int(port)
