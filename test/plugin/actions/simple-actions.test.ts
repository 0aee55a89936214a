import { expect } from 'chai';
import { changeNovaServiceState } from '../../../plugin/actions/change-nova-service-state.ts';
import { nop } from '../../../plugin/actions/nop.ts';
import { sleep } from '../../../plugin/actions/sleep.ts';
import { outcome, startHarness } from './action-harness.ts';
import type { ActionHarness } from './action-harness.ts';

describe('simple actions', () => {
  let harness: ActionHarness;

  beforeEach(async () => {
    harness = await startHarness();
  });

  afterEach(() => harness.stop());

  describe('nop', () => {
    it('reports its message and changes nothing', async () => {
      expect(await harness.precheck(nop, { message: 'hello' })).to.deep.equal({ outcome: 'proceed' });
      expect(await harness.execute(nop, { message: 'hello' })).to.equal('done');

      expect(harness.reports).to.deep.equal(['100 %: hello']);
      expect(harness.nova.asked).to.deep.equal([]);
    });

    it("has Watcher's hooks", async () => {
      const hooks = { message: null };

      expect(await harness.precheck(nop, { ...hooks, skip_pre_condition: true })).to.have.property(
        'outcome',
        'skip',
      );
      expect(await harness.precheck(nop, { ...hooks, fail_pre_condition: true })).to.have.property(
        'outcome',
        'fail',
      );
      expect(await harness.execute(nop, { ...hooks, fail_execute: true })).to.match(
        /^ActionFailedError in execute/,
      );
      expect(await harness.execute(nop, { ...hooks, fail_post_condition: true })).to.match(
        /^ActionFailedError in post_condition/,
      );
    });
  });

  describe('sleep', () => {
    it('waits as long as it is told, whole seconds', async () => {
      const beganAt = harness.clock.now();

      expect(await harness.execute(sleep, { duration: 90.9 })).to.equal('done');

      expect(harness.clock.now() - beganAt).to.equal(90_000);
    });

    it('is cut short when it is cancelled', async () => {
      const beganAt = harness.clock.now();
      harness.clock.after(10, () => harness.cancel.abort());

      expect(await harness.execute(sleep, { duration: 90 })).to.match(/^ActionCancelledError/);

      expect(harness.clock.now() - beganAt).to.equal(10_000);
    });
  });

  describe('change_nova_service_state', () => {
    const DISABLE = {
      resource_id: 'x',
      resource_name: 'compute-2',
      state: 'disabled',
      disabled_reason: 'watcher_x',
    };

    it('disables a host and enables it again', async () => {
      expect(await harness.precheck(changeNovaServiceState, DISABLE)).to.deep.equal({ outcome: 'proceed' });
      expect(await harness.execute(changeNovaServiceState, DISABLE)).to.equal('done');
      expect(harness.nova.services[1]).to.include({ status: 'disabled', disabledReason: 'watcher_x' });

      const parameters = changeNovaServiceState.parameters.parse(DISABLE);
      await changeNovaServiceState.revert?.(parameters, harness.context);

      expect(harness.nova.services[1]).to.include({ status: 'enabled' });
      expect(harness.nova.asked).to.deep.equal([
        'PUT /os-services/service-compute-2 {"status":"disabled","disabled_reason":"watcher_x"}',
        'PUT /os-services/service-compute-2 {"status":"enabled"}',
      ]);
    });

    it('finds the host by its service too', async () => {
      const parameters = { resource_id: 'service-compute-3', state: 'disabled' };

      expect(await harness.execute(changeNovaServiceState, parameters)).to.equal('done');

      expect(harness.nova.services[2]).to.include({ status: 'disabled', disabledReason: 'watcher_disabled' });
    });

    it('skips a host that is in that state already', async () => {
      expect(await harness.precheck(changeNovaServiceState, { ...DISABLE, state: 'enabled' })).to.deep.equal({
        outcome: 'skip',
        why: 'the nova-compute service on compute-2 is enabled already',
      });
    });

    it('skips a host that is gone', async () => {
      expect(
        await harness.precheck(changeNovaServiceState, { ...DISABLE, resource_name: 'compute-9' }),
      ).to.deep.equal({ outcome: 'skip', why: 'the host compute-9 has no nova-compute service' });
    });

    it('fails for a state that cannot be set', async () => {
      expect(await harness.precheck(changeNovaServiceState, { ...DISABLE, state: 'down' })).to.deep.equal({
        outcome: 'fail',
        why: 'The state down cannot be set, only enabled and disabled',
      });
    });

    it('fails when Nova refuses', async () => {
      harness.nova.refusals = [{ status: 403, message: 'Policy forbids it' }];

      expect(await harness.execute(changeNovaServiceState, DISABLE)).to.contain('Policy forbids it');
    });

    it('knows after an interruption whether it was done', async () => {
      const parameters = changeNovaServiceState.parameters.parse(DISABLE);
      const resume = async (): Promise<unknown> =>
        changeNovaServiceState.resume?.(parameters, harness.context, 0);

      expect(await resume()).to.equal(false);
      await outcome(changeNovaServiceState.execute(parameters, harness.context));
      expect(await resume()).to.equal(true);
    });
  });
});
