/** What Pulumi runs: index.ts and all that it imports, as `npm run build` has bundled them. */
module.exports = require("./build/built.cjs").loadBuilt("program.cjs");
