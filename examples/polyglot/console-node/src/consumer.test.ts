import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { headers } from '@nats-io/transport-node';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-node';
import { OrderConsumer, type Message } from './consumer.js';

const PRODUCER = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

const exported = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exported)] });
provider.register();

const printed: string[] = [];
const consumer = new OrderConsumer(provider.getTracer('test'), (line) => printed.push(line));

beforeEach(() => {
  exported.reset();
  printed.length = 0;
});

function message(body: string, traceparent?: string): Message {
  const data = new TextEncoder().encode(body);
  if (traceparent === undefined) {
    return { data };
  }
  const sent = headers();
  sent.set('traceparent', traceparent);
  return { data, headers: sent };
}

function handled(from: Message): { inner?: ReadableSpan; root: ReadableSpan } {
  consumer.handle(from);
  const spans = exported.getFinishedSpans();
  const root = spans.at(-1);
  assert.ok(root);
  return spans.length === 2 ? { inner: spans[0]!, root } : { root };
}

test('starts a trace of its own, with one link to the producer', () => {
  const traceparent = `00-${PRODUCER.traceId}-${PRODUCER.spanId}-01`;
  const { inner, root } = handled(message('{"order_id":"o-1","total_cents":2500}', traceparent));

  assert.equal(root.name, 'process orders.priced');
  assert.equal(root.kind, SpanKind.CONSUMER);
  assert.equal(root.parentSpanContext, undefined);
  assert.notEqual(root.spanContext().traceId, PRODUCER.traceId);
  assert.deepEqual(
    root.links.map(({ context: { traceId, spanId } }) => ({ traceId, spanId })),
    [PRODUCER],
  );
  assert.deepEqual(root.attributes, {
    'messaging.system': 'nats',
    'messaging.destination.name': 'orders.priced',
    'messaging.operation.type': 'process',
    'messaging.operation.name': 'process',
    'messaging.message.body.size': 37,
  });

  assert.equal(inner?.name, 'print order');
  assert.equal(inner.kind, SpanKind.INTERNAL);
  assert.equal(inner.parentSpanContext?.spanId, root.spanContext().spanId);
  assert.deepEqual(printed, ['order o-1 total 25.00']);
});

for (const [name, traceparent] of [
  ['no headers', undefined],
  ['a malformed traceparent', '00-xyz-01'],
  ['zero ids', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`],
] as const) {
  test(`has no link with ${name}`, () => {
    const { root } = handled(message('{"order_id":"o-1","total_cents":1}', traceparent));
    assert.deepEqual(root.links, []);
    assert.deepEqual(printed, ['order o-1 total 0.01']);
  });
}

test('a message that is no order is an error on the span and nothing else', () => {
  const { inner, root } = handled(message('{"order_id":"o-1"}'));
  assert.equal(inner, undefined);
  assert.deepEqual(root.status, {
    code: SpanStatusCode.ERROR,
    message: 'total_cents: must be an integer from 0 to 2^53 - 1',
  });
  assert.deepEqual(printed, []);
});
