// Transports and relations in words. The titles are those of contract/transport.go;
// a test reads that file and fails when the two part.

import type { Relation } from '../api/topology.ts';

const titles: ReadonlyMap<string, string> = new Map([
  ['http', 'HTTP'],
  ['grpc', 'gRPC'],
  ['unix', 'Unix socket'],
  ['shared_memory', 'shared memory'],
  ['arrow_ipc', 'Arrow IPC'],
  ['wasm', 'Wasm'],
  ['cgo', 'cgo'],
  ['websocket', 'WebSocket'],
  ['thrift', 'Thrift'],
  ['kafka', 'Kafka'],
  ['amqp', 'AMQP'],
  ['nats', 'NATS'],
  ['redis_streams', 'Redis Streams'],
  ['otlp', 'OTLP'],
  ['remote_write', 'remote write'],
  ['unknown', 'unknown transport'],
]);

/** Values of db.system.name whose usual spelling is not the value itself. */
const databases: ReadonlyMap<string, string> = new Map([
  ['postgresql', 'PostgreSQL'],
  ['mysql', 'MySQL'],
  ['mariadb', 'MariaDB'],
  ['sqlite', 'SQLite'],
  ['mongodb', 'MongoDB'],
  ['redis', 'Redis'],
  ['cassandra', 'Cassandra'],
  ['elasticsearch', 'Elasticsearch'],
  ['opensearch', 'OpenSearch'],
  ['memcached', 'Memcached'],
  ['clickhouse', 'ClickHouse'],
  ['cockroachdb', 'CockroachDB'],
  ['neo4j', 'Neo4j'],
  ['microsoft.sql_server', 'SQL Server'],
  ['oracle.db', 'Oracle'],
  ['aws.dynamodb', 'DynamoDB'],
]);

const databasePrefix = 'db.';

/** The transport as a person writes it; one without a title is returned as it is. */
export function transport(t: string): string {
  if (!t.startsWith(databasePrefix)) return titles.get(t) ?? t;
  const system = t.slice(databasePrefix.length);
  return databases.get(system) ?? system;
}

export interface RelationWords {
  word: string;
  /** What one unit of the rate is. */
  unit: string;
  line: string;
}

const relations: Record<Relation, RelationWords> = {
  call: { word: 'call', unit: 'calls', line: 'solid line' },
  message: { word: 'message', unit: 'messages', line: 'dashed line' },
  telemetry: { word: 'telemetry', unit: 'exports', line: 'dotted line' },
};

export function relation(r: Relation): RelationWords {
  return relations[r];
}
