import { describeBadInput } from "../../support/stacks/badInput";

describeBadInput({ valid: 2000, faulty: 4000, disturbed: 2500, junk: 2000 });
