import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSettings, SettingsError } from './settings.js';

test('reads the broker', () => {
  assert.deepEqual(readSettings({ NATS_URL: 'nats://127.0.0.1:4222' }), {
    natsUrl: 'nats://127.0.0.1:4222',
  });
});

for (const value of [undefined, '', '127.0.0.1:4222', 'nats://127.0.0.1', 'http://127.0.0.1:1']) {
  test(`names the variable and the remedy for ${value}`, () => {
    assert.throws(
      () => readSettings({ NATS_URL: value }),
      new SettingsError(
        `NATS_URL: "${value ?? ''}" is not nats://host:port; set it to, for example, nats://127.0.0.1:4222`,
      ),
    );
  });
}
