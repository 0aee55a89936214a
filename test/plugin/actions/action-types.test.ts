import { expect } from 'chai';
import { ACTION_TYPES } from '../../../plugin/actions/action-types.ts';

const UUID = '11111111-2222-4333-8444-555555555555';

/** Parameters in Watcher's wire form, one set that each type accepts and what it must refuse. */
const WIRE: Record<string, { accepts: Record<string, unknown>[]; refuses: Record<string, unknown>[] }> = {
  nop: {
    accepts: [{ message: 'hello' }, { message: null, fail_execute: true, skip_pre_condition: false }],
    refuses: [{}, { message: 5 }, { message: 'a', resource_id: UUID }],
  },
  sleep: {
    accepts: [{ duration: 0 }, { duration: 3.2 }],
    refuses: [{}, { duration: -1 }, { duration: '5' }, { duration: 1, message: '' }],
  },
  migrate: {
    accepts: [
      {
        migration_type: 'live',
        resource_id: UUID,
        source_node: 'a',
        destination_node: 'b',
        resource_name: 'web',
      },
      { migration_type: 'cold', resource_id: UUID.toUpperCase(), source_node: 'a' },
      { migration_type: 'live', resource_id: UUID, source_node: 'a', destination_node: null },
    ],
    refuses: [
      { migration_type: 'warm', resource_id: UUID, source_node: 'a' },
      { migration_type: 'live', resource_id: 'web-1', source_node: 'a' },
      { migration_type: 'live', resource_id: UUID },
      { migration_type: 'live', resource_id: UUID, source_node: 'a', destination_node: '' },
      { migration_type: 'live', resource_id: UUID, source_node: 'a', force: true },
    ],
  },
  resize: {
    accepts: [{ resource_id: UUID, flavor: 'x2' }],
    refuses: [
      { resource_id: UUID },
      { resource_id: 'web-1', flavor: 'x2' },
      { resource_id: UUID, flavor: '' },
      { resource_id: UUID, flavor: 'x2', host: 'a' },
    ],
  },
  change_nova_service_state: {
    accepts: [
      {
        resource_id: 'compute-1',
        state: 'disabled',
        disabled_reason: 'watcher_x',
        resource_name: 'compute-1',
      },
      { resource_id: UUID, state: 'up' },
    ],
    refuses: [
      { state: 'enabled' },
      { resource_id: 'a', state: 'off' },
      { resource_id: 'a', state: 'up', host: 'a' },
    ],
  },
};

describe('every action type', () => {
  it('has a name of its own', () => {
    const names = ACTION_TYPES.map(({ name }) => name);

    expect(names).to.have.members(Object.keys(WIRE));
    expect(new Set(names).size).to.equal(names.length);
  });

  for (const type of ACTION_TYPES) {
    const { name, description, parameters } = type;
    describe(name, () => {
      const wire = WIRE[name] ?? { accepts: [], refuses: [] };

      it('has a description for the API', () => {
        expect(description).to.match(/^[A-Z].{10,}/);
      });

      it("accepts Watcher's wire form and knows its effect", () => {
        expect(wire.accepts).to.not.be.empty;
        for (const accepted of wire.accepts) {
          const parsed = parameters.safeParse(accepted);
          expect(parsed.error, JSON.stringify(accepted)).to.equal(undefined);
          expect(type.effect(parsed.data)).to.have.property('kind');
        }
      });

      it('refuses everything else', () => {
        expect(wire.refuses).to.not.be.empty;
        for (const refused of wire.refuses) {
          expect(parameters.safeParse(refused).success, JSON.stringify(refused)).to.equal(false);
        }
      });
    });
  }
});
