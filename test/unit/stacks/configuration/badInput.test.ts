import { describeBadInput } from "../../support/stacks/badInput";

describeBadInput({ valid: 200, faulty: 400, disturbed: 250, junk: 200 });
