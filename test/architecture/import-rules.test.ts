import { expect } from 'chai';
import { join } from 'node:path';
import { projectSources, violations } from './import-rules.ts';

const ROOT = join(import.meta.dirname, '../..');

describe('architecture', () => {
  it('has no import against the flow of data', () => {
    const sources = projectSources(ROOT);

    expect(sources.size).to.be.greaterThan(50);
    expect(violations(sources)).to.deep.equal([]);
  });

  // Each planted violation must be caught, else the test above says nothing.
  for (const [file, source, complaint] of [
    ['cluster/host.ts', "import { readFileSync } from 'node:fs';", 'the pure zone has no effects'],
    ['forecast/x.ts', "import axios from 'axios';", 'the pure zone has no effects'],
    [
      'cluster/host.ts',
      "import type { Forecast } from '../forecast/forecast.ts';",
      'cluster must not know forecast',
    ],
    ['strategies/a/a.ts', "import { b } from '../b/b.ts';", 'strategies never import each other'],
    [
      'strategies/a/a.ts',
      "import { Cloud } from '../../plugin/openstack/cloud.ts';",
      'strategies must not know plugin/openstack',
    ],
    [
      'plugin/applier/run.ts',
      "import { app } from '../api/app.ts';",
      'plugin/applier must not know plugin/api',
    ],
    [
      'plugin/applier/run.ts',
      "import { x } from '../audits/x.ts';",
      'plugin/applier must not know plugin/audits',
    ],
    [
      'db/connect.ts',
      "import { s } from '../plugin/service.ts';",
      'nothing imports what puts everything together',
    ],
    ['db/connect.ts', "const x = await import('../plugin/api/app.ts');", 'db must not know plugin/api'],
    [
      'plugin/openstack/x.ts',
      "export { y } from '../../db/connect.ts';",
      'plugin/openstack must not know db',
    ],
    ['simulator/world/x.ts', "import { createServer } from 'node:http';", 'the pure zone has no effects'],
    [
      'simulator/world/x.ts',
      "import { s } from '../http/server.ts';",
      'simulator/world must not know simulator/http',
    ],
    [
      'simulator/http/x.ts',
      "import { Session } from '../../plugin/openstack/session.ts';",
      'simulator/http must not know plugin/openstack',
    ],
    [
      'plugin/api/x.ts',
      "import { start } from '../cli/start.ts';",
      'nothing imports what puts everything together',
    ],
    [
      'plugin/openstack/x.ts',
      "import { World } from '../../simulator/world/world.ts';",
      'plugin/openstack must not know simulator/world',
    ],
    [
      'simulator/http/x.ts',
      "import { runDemo } from '../demo/run.ts';",
      'nothing imports what puts everything together',
    ],
  ] as const) {
    it(`catches ${file}: ${source}`, () => {
      const found = violations(new Map([[file, source]]));

      expect(found.length).to.equal(1);
      expect(found[0]).to.include(complaint);
    });
  }

  it('lets through what the rules allow', () => {
    const allowed = new Map([
      [
        'strategies/a/a.ts',
        "import { Forecast } from '../../forecast/forecast.ts';\nimport { z } from 'zod';",
      ],
      ['strategies/a/main.ts', "import { helper } from './helper.ts';"],
      ['plugin/service.ts', "import { app } from './api/app.ts';"],
    ]);

    expect(violations(allowed)).to.deep.equal([]);
  });
});
