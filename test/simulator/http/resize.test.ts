import { expect } from 'chai';
import type { ActionContext } from '../../../plugin/actions/action-type.ts';
import { resize } from '../../../plugin/actions/resize/resize.ts';
import { DEFAULT_ACTION_SETTINGS } from '../../../plugin/actions/settings.ts';
import { hasModel } from '../../../plugin/openstack/has-model.ts';
import type { World } from '../../../simulator/world/world.ts';
import { outcome } from '../../plugin/actions/action-harness.ts';
import { simulatedCloud } from '../simulated-cloud.ts';
import type { SimulatedCloud } from '../simulated-cloud.ts';
import { guest, host, MEDIUM, named, tinyWorld } from '../tiny-world.ts';

const LARGE = { ...MEDIUM, id: '4', name: 'large', vcpus: 8 };

describe('resize on the simulated cloud (B83)', () => {
  const signal = new AbortController().signal;
  let simulated: SimulatedCloud;
  let world: World;

  beforeEach(async () => {
    world = tinyWorld({
      hosts: [host('a'), host('b')],
      guests: [guest('web', 'a'), guest('big', 'b', { flavor: LARGE })],
    });
    simulated = await simulatedCloud(world);
  });

  afterEach(() => simulated.end());

  function context(cancelled = false): ActionContext {
    return {
      cloud: simulated.cloud,
      clock: simulated.clock,
      signal: cancelled ? AbortSignal.abort() : signal,
      callSignal: signal,
      settings: DEFAULT_ACTION_SETTINGS,
      intend: () => Promise.resolve(),
      report: () => undefined,
    };
  }
  const parameters = () => ({ resource_id: named(world, 'web').id, flavor: 'large' });

  it('gives the instance its flavor', async () => {
    expect(await resize.precheck(parameters(), context())).to.deep.equal({ outcome: 'proceed' });
    expect(await outcome(resize.execute(parameters(), context()))).to.equal('done');

    expect(named(world, 'web')).to.include({ vmState: 'active' });
    expect(named(world, 'web').flavor.name).to.equal('large');
    expect(await resize.precheck(parameters(), context())).to.deep.equal({
      outcome: 'skip',
      why: 'the instance web is of the flavor large already',
    });
  });

  it('takes the instance back when it is cancelled', async () => {
    expect(await outcome(resize.execute(parameters(), context(true)))).to.equal(
      'ActionCancelledError: Cancelled: web is medium again.',
    );

    expect(named(world, 'web').flavor.name).to.equal('medium');
  });

  it('knows that a picture of it can be taken', async () => {
    expect(await hasModel(simulated.cloud, 'compute', signal)).to.equal(true);
  });
});
