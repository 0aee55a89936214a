/** How long what tests have opened may take to close by itself. */
const GRACE_MILLISECONDS = 15_000;

/**
 * A test that fails before it closes its servers would keep the run alive for ever, and so would one that forgets them: then
 * the run says what is open, and ends as failed.
 */
export const mochaHooks = {
  afterAll(): void {
    const end = (): void => {
      const open = process.getActiveResourcesInfo().filter(name => !['TTYWrap', 'PipeWrap'].includes(name));
      process.stderr.write(`The tests have ended, but the run does not: open are ${open.join(', ')}.\n`);
      // Mocha says at this point how many tests failed.
      process.once('exit', code => {
        process.exitCode = code === 0 ? 1 : code;
      });
      process.exit();
    };
    setTimeout(end, GRACE_MILLISECONDS).unref();
  },
};
