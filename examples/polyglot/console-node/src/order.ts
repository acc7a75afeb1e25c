/** A priced order as the preprocessing service announces it. */
export interface PricedOrder {
  readonly orderId: string;
  /** Whole cents, at most 2^53 - 1. */
  readonly totalCents: number;
}

/** A message that is no priced order; the message names the field. */
export class InvalidMessageError extends Error {}

// An order id has at most 128 characters, so a real message is far smaller.
export const MAX_MESSAGE_BYTES = 4096;
const MAX_ORDER_ID_CHARS = 128;

const decoder = new TextDecoder('utf-8', { fatal: true });

export function parsePricedOrder(data: Uint8Array): PricedOrder {
  if (data.length > MAX_MESSAGE_BYTES) {
    throw new InvalidMessageError(
      `message: ${data.length} bytes exceed the limit of ${MAX_MESSAGE_BYTES}`,
    );
  }
  const value = parseJson(data);
  if (typeof value !== 'object' || value === null) {
    throw new InvalidMessageError('message: must be a JSON object');
  }
  const { order_id: orderId, total_cents: totalCents } = value as Record<string, unknown>;
  if (typeof orderId !== 'string' || orderId === '' || orderId.length > MAX_ORDER_ID_CHARS) {
    throw new InvalidMessageError(
      `order_id: must be a string of 1 to ${MAX_ORDER_ID_CHARS} characters`,
    );
  }
  if (typeof totalCents !== 'number' || !Number.isSafeInteger(totalCents) || totalCents < 0) {
    throw new InvalidMessageError('total_cents: must be an integer from 0 to 2^53 - 1');
  }
  return { orderId, totalCents };
}

/** "25.00" for 2500 cents, without a detour over floating point. */
export function formatCents(cents: number): string {
  const digits = String(cents).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

function parseJson(data: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(data));
  } catch (error) {
    throw new InvalidMessageError('message: is not JSON', { cause: error });
  }
}
