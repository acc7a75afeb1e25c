import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCents, InvalidMessageError, MAX_MESSAGE_BYTES, parsePricedOrder } from './order.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test('parses a priced order', () => {
  assert.deepEqual(parsePricedOrder(bytes('{"order_id":"o-1","total_cents":2500}')), {
    orderId: 'o-1',
    totalCents: 2500,
  });
});

const refused: ReadonlyArray<readonly [string, Uint8Array, string]> = [
  ['a long message', new Uint8Array(MAX_MESSAGE_BYTES + 1), 'message: 4097 bytes exceed the limit of 4096'],
  ['half a message', bytes('{'), 'message: is not JSON'],
  ['broken UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 'message: is not JSON'],
  ['a number', bytes('1'), 'message: must be a JSON object'],
  ['null', bytes('null'), 'message: must be a JSON object'],
  ['no order id', bytes('{"total_cents":1}'), 'order_id: must be a string of 1 to 128 characters'],
  ['an empty order id', bytes('{"order_id":""}'), 'order_id: must be a string of 1 to 128 characters'],
  [
    'half a cent',
    bytes('{"order_id":"o","total_cents":0.5}'),
    'total_cents: must be an integer from 0 to 2^53 - 1',
  ],
  [
    'a total that JavaScript would round',
    bytes('{"order_id":"o","total_cents":9007199254740993}'),
    'total_cents: must be an integer from 0 to 2^53 - 1',
  ],
];

for (const [name, data, message] of refused) {
  test(`refuses ${name}`, () => {
    assert.throws(
      () => parsePricedOrder(data),
      (error: unknown) => error instanceof InvalidMessageError && error.message === message,
    );
  });
}

for (const [cents, want] of [
  [0, '0.00'],
  [5, '0.05'],
  [99, '0.99'],
  [2500, '25.00'],
  [Number.MAX_SAFE_INTEGER, '90071992547409.91'],
] as const) {
  test(`formats ${cents} cents`, () => {
    assert.equal(formatCents(cents), want);
  });
}
