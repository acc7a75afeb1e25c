import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { serviceResource } from './telemetry.js';

const KEYS = ['OTEL_SERVICE_NAME', 'OTEL_RESOURCE_ATTRIBUTES'] as const;
const before = KEYS.map((key) => [key, process.env[key]] as const);

function environment(values: Partial<Record<(typeof KEYS)[number], string>>): void {
  for (const key of KEYS) {
    delete process.env[key];
  }
  Object.assign(process.env, values);
}

afterEach(() => {
  environment(Object.fromEntries(before.filter(([, value]) => value !== undefined)));
});

test('the resource has the service by default', () => {
  environment({ OTEL_RESOURCE_ATTRIBUTES: 'service.namespace=polyglot' });
  const { attributes } = serviceResource();
  assert.equal(attributes['service.name'], 'console');
  assert.equal(attributes['service.version'], '1.0.0');
  assert.equal(attributes['service.namespace'], 'polyglot');
  assert.equal(attributes['telemetry.sdk.language'], 'nodejs');
  assert.match(String(attributes['service.instance.id']), /^[0-9a-f-]{36}$/);
});

test('the environment wins', () => {
  environment({ OTEL_SERVICE_NAME: 'other' });
  assert.equal(serviceResource().attributes['service.name'], 'other');
});
