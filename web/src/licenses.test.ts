import { expect, test } from 'vitest';
import licenses from '../public/licenses.txt?raw';
import lock from '../package-lock.json?raw';

interface Package {
  version: string;
  dev?: boolean;
}

test('every package in the built page is in licenses.txt with its version', () => {
  const packages = Object.entries((JSON.parse(lock) as { packages: Record<string, Package> }).packages);
  const shipped = packages.filter(([path, p]) => path !== '' && p.dev !== true);
  expect(shipped.length).toBeGreaterThan(1);
  for (const [path, { version }] of shipped) {
    expect(licenses).toContain(`\n${path.replace('node_modules/', '')} ${version}\n`);
  }
});
