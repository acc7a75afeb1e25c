/**
 * The console: the last hop of the polyglot example. Reads priced orders from NATS and prints them
 * on stderr, at most one line a second.
 */
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { trace } from '@opentelemetry/api';
import { OrderConsumer, SUBJECT } from './consumer.js';
import { LineLimiter } from './line-limiter.js';
import { readSettings, SettingsError, type Settings } from './settings.js';
import { SERVICE_NAME, startTelemetry, stopTelemetry } from './telemetry.js';

const LINE_INTERVAL_MS = 1000;
const RECONNECT_MS = 250;
const DRAIN_MS = 2000;

async function main(settings: Settings): Promise<void> {
  const provider = startTelemetry();
  let connection: NatsConnection | undefined;
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) {
      return;
    }
    stopping = true;
    if (connection !== undefined) {
      // A broker that went away first ends the drain: then there is nothing left to receive.
      const drained = connection.drain().catch(() => undefined);
      await Promise.race([drained, new Promise((done) => setTimeout(done, DRAIN_MS))]);
    }
    await stopTelemetry(provider);
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());

  connection = await connect({
    servers: settings.natsUrl,
    name: SERVICE_NAME,
    waitOnFirstConnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_MS,
  });
  const lines = new LineLimiter((line) => console.error(line), LINE_INTERVAL_MS, Date.now);
  const consumer = new OrderConsumer(trace.getTracer(SERVICE_NAME, '1.0.0'), (line) =>
    lines.print(line),
  );
  connection.subscribe(SUBJECT, {
    callback: (error, message) => {
      if (error) {
        console.error(`${SERVICE_NAME}: ${SUBJECT}: ${error.message}`);
        return;
      }
      consumer.handle(message);
    },
  });
  // Once the broker has answered, the subscription is in force.
  await connection.flush();
  console.log(`ready ${SERVICE_NAME}`);
}

try {
  await main(readSettings(process.env));
} catch (error) {
  console.error(`${SERVICE_NAME}: ${(error as Error).message}`);
  process.exit(error instanceof SettingsError ? 2 : 1);
}
