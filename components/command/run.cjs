/**
 * Runs a deploy-time command: `run()` with the script and the verb on the command line. JavaScript, because it is what node starts.
 *
 * A program that ends without a word counts as one that succeeded, and what it did not do would be taken for done. So it is the other way
 * round here: whatever ends before its verb was done has failed, be it told to, or out of things to wait for.
 */
const { basename } = require("node:path");
const { loadBuilt } = require("../../build/built.cjs");

/** EX_SOFTWARE of sysexits.h. */
const NOT_DONE = 70;

exports.run = () => {
  const [script = ""] = process.argv.splice(2, 1);
  const verb = process.argv[2] ?? "";
  let isDone = false;
  process.on("exit", (code) => {
    if (isDone || code !== 0) return;
    process.stderr.write(`${script}: ended before "${verb}" was done, and says nothing of why; run this again\n`);
    process.exitCode = NOT_DONE;
  });
  try {
    const { ran } = loadBuilt(`${basename(script)}.cjs`);
    Promise.resolve(ran).then((done) => {
      isDone = done === verb;
    });
  } catch (error) {
    process.stderr.write(`${script}: ${error.message}\n`);
    process.exitCode = 1;
  }
};
