import { randomUUID } from 'node:crypto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
  type Resource,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

export const SERVICE_NAME = 'console';

// Spans. At 2 spans a message it holds 16 s of 500 messages/s while the collector is away.
const MAX_QUEUE_SIZE = '16384';
// A flush at shutdown sends the whole queue at once, in 32 batches of 512; the exporter's own limit
// of 30 would drop the rest.
const CONCURRENT_EXPORTS = 40;
const FLUSH_MS = 2000;

/**
 * Registers the OpenTelemetry SDK with OTLP over HTTP and W3C propagation. The OTEL_* variables of
 * exporter, batches, sampler, limits and resource win over what is set here.
 */
export function startTelemetry(): NodeTracerProvider {
  process.env.OTEL_BSP_MAX_QUEUE_SIZE ??= MAX_QUEUE_SIZE;
  const exporter = new OTLPTraceExporter({ concurrencyLimit: CONCURRENT_EXPORTS });
  const provider = new NodeTracerProvider({
    resource: serviceResource(),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  provider.register();
  return provider;
}

export function serviceResource(): Resource {
  return defaultResource()
    .merge(
      resourceFromAttributes({
        'service.name': SERVICE_NAME,
        'service.version': '1.0.0',
        'service.instance.id': randomUUID(),
      }),
    )
    .merge(detectResources({ detectors: [envDetector] }));
}

/** Flushes, but for two seconds at most: the SDK itself would wait 30 for an absent collector. */
export async function stopTelemetry(provider: NodeTracerProvider): Promise<void> {
  const timeout = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error('the collector did not take them in time')), FLUSH_MS);
  });
  try {
    await Promise.race([provider.shutdown(), timeout]);
  } catch (error) {
    console.error(`${SERVICE_NAME}: spans were lost at shutdown:`, (error as Error).message);
  }
}
