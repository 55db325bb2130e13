/** What Pulumi starts for `--policy-pack policies`: pack.ts and all that it imports, as `npm run build` has bundled them. */
module.exports = require("../build/built.cjs").loadBuilt("policies.cjs");
