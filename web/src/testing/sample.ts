// The polyglot example as a topology document, for the tests.

export function document(): Record<string, unknown> {
  return {
    version: 1,
    as_of: '2026-03-01T12:00:00Z',
    window_seconds: 300,
    nodes: [
      { id: 'user', name: 'user', kind: 'user' },
      { id: 'polyglot/order-gateway', name: 'order-gateway', namespace: 'polyglot', kind: 'service', language: 'java', rate: 42, error_ratio: 0.012 },
      { id: 'polyglot/preprocessing', name: 'preprocessing', namespace: 'polyglot', kind: 'service', language: 'python', rate: 42, error_ratio: 0 },
      { id: 'polyglot/pricing-engine', name: 'pricing-engine', namespace: 'polyglot', kind: 'service', language: 'rust' },
      { id: 'polyglot/reporter', name: 'reporter', namespace: 'polyglot', kind: 'service', language: 'go' },
      { id: 'polyglot/console', name: 'console', namespace: 'polyglot', kind: 'service', language: 'nodejs' },
    ],
    edges: [
      { id: 'e1', source: 'user', target: 'polyglot/order-gateway', transport: 'http', relation: 'call', rate: 42, error_ratio: 0.012 },
      { id: 'e2', source: 'polyglot/order-gateway', target: 'polyglot/preprocessing', transport: 'http', relation: 'call', rate: 42 },
      {
        id: 'e3',
        source: 'polyglot/preprocessing',
        target: 'polyglot/pricing-engine',
        transport: 'arrow_ipc',
        relation: 'call',
        client_language: 'python',
        server_language: 'rust',
        rate: 40,
        error_ratio: 0.034,
        client_seconds: { p50: 0.0027, p95: 0.006, p99: 0.011 },
        server_seconds: { p50: 0.0021, p95: 0.0046, p99: 0.0083 },
        boundary_seconds: { p50: 0.00058, p95: 0.0013, p99: 0.0023 },
        evidence: { propagated: 0, joined: 11870, inferred: 130 },
      },
      { id: 'e4', source: 'polyglot/pricing-engine', target: 'polyglot/reporter', transport: 'shared_memory', relation: 'call', rate: 8 },
      { id: 'e5', source: 'polyglot/preprocessing', target: 'polyglot/console', transport: 'nats', relation: 'message', rate: 4, queue_seconds: { p50: 0.0021, p95: 0.01, p99: 0.019 } },
    ],
  };
}

/** The document with some fields replaced. */
export function documentWith(fields: Record<string, unknown>): string {
  return JSON.stringify({ ...document(), ...fields });
}
