// What this process was started with, before a command took its name off.

export const givenArguments = process.argv.slice(1);
