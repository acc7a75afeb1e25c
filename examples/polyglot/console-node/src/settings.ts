/** What the console talks to; read once from the environment. */
export interface Settings {
  readonly natsUrl: string;
}

/** A variable is missing or malformed; the message names it and what to set it to. */
export class SettingsError extends Error {}

export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const natsUrl = environment.NATS_URL ?? '';
  if (!/^nats:\/\/[^\s/]+:\d+$/.test(natsUrl)) {
    throw new SettingsError(
      `NATS_URL: "${natsUrl}" is not nats://host:port; set it to, for example, nats://127.0.0.1:4222`,
    );
  }
  return { natsUrl };
}
