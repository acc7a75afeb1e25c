import type { Msg, MsgHdrs } from '@nats-io/transport-node';
import {
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Link,
  type Span,
  type TextMapGetter,
  type Tracer,
} from '@opentelemetry/api';
import { formatCents, InvalidMessageError, parsePricedOrder } from './order.js';

export const SUBJECT = 'orders.priced';

/** The part of a NATS message that is read here. */
export type Message = Pick<Msg, 'data' | 'headers'>;

const natsHeaders: TextMapGetter<MsgHdrs | undefined> = {
  keys: (headers) => headers?.keys() ?? [],
  get: (headers, key) => headers?.get(key) || undefined,
};

/** Handles announcements one by one, each within the call, so that nothing is buffered here. */
export class OrderConsumer {
  constructor(
    private readonly tracer: Tracer,
    private readonly print: (line: string) => void,
  ) {}

  /**
   * The CONSUMER span is a root of its own, linked to the producer instead of being its child: this
   * is what consumers of batches do, and it breaks the trace by design. The link is all that is
   * left to join the two.
   */
  handle(message: Message): void {
    const options = {
      kind: SpanKind.CONSUMER,
      links: producerLinks(message.headers),
      attributes: {
        'messaging.system': 'nats',
        'messaging.destination.name': SUBJECT,
        'messaging.operation.type': 'process',
        'messaging.operation.name': 'process',
        'messaging.message.body.size': message.data.length,
      },
    };
    this.tracer.startActiveSpan(`process ${SUBJECT}`, options, ROOT_CONTEXT, (span) => {
      try {
        this.printOrder(message.data);
      } catch (error) {
        refuse(span, error);
      } finally {
        span.end();
      }
    });
  }

  private printOrder(data: Uint8Array): void {
    const order = parsePricedOrder(data);
    this.tracer.startActiveSpan('print order', (span) => {
      this.print(`order ${order.orderId} total ${formatCents(order.totalCents)}`);
      span.end();
    });
  }
}

function producerLinks(headers: MsgHdrs | undefined): Link[] {
  const producer = trace.getSpanContext(propagation.extract(ROOT_CONTEXT, headers, natsHeaders));
  return producer !== undefined && isSpanContextValid(producer) ? [{ context: producer }] : [];
}

function refuse(span: Span, error: unknown): void {
  if (!(error instanceof InvalidMessageError)) {
    throw error;
  }
  span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
}
