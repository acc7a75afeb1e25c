import pytest

from preprocessing.settings import Settings, SettingsError

VALID = {
    "PREPROCESSING_ADDR": "127.0.0.1:8081",
    "ENGINE_SOCKET": "/run/engine.sock",
    "NATS_URL": "nats://127.0.0.1:4222",
}


def test_reads_the_environment() -> None:
    assert Settings.from_environment(VALID) == Settings(
        host="127.0.0.1",
        port=8081,
        engine_socket="/run/engine.sock",
        nats_url="nats://127.0.0.1:4222",
    )


@pytest.mark.parametrize("value", ["8081", ":8081", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536"])
def test_names_a_malformed_address_and_the_remedy(value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({**VALID, "PREPROCESSING_ADDR": value})
    assert str(refused.value) == (
        f'PREPROCESSING_ADDR: "{value}" is not host:port; set it to, for example, 127.0.0.1:8081'
    )


@pytest.mark.parametrize("key", VALID)
def test_names_a_missing_variable(key: str) -> None:
    with pytest.raises(SettingsError, match=f"^{key}: not set; set it to, for example, "):
        Settings.from_environment({**VALID, key: ""})
