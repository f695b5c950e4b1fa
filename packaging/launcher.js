#!/usr/bin/env node
// Runs the program that the package of this platform holds. Streams, exit status and signals are the program's own.
"use strict";

const { spawn } = require("node:child_process");
const { constants } = require("node:os");
const { optionalDependencies } = require("./package.json");

// On Linux there are two, and npm installs the one for the machine's C library. Where both are, the first that starts.
const here = `@armbody/${process.platform}-${process.arch}`;
const known = Object.keys(optionalDependencies).filter((name) => name === here || name.startsWith(`${here}-`));
const file = process.platform === "win32" ? "armbody.exe" : "armbody";
const programs = known.flatMap((name) => {
  try {
    return [require.resolve(`${name}/${file}`)];
  } catch {
    return [];
  }
});

function fail(text) {
  process.stderr.write(`armbody: ${text}\n`);
  process.exit(2);
}

if (known.length === 0) {
  fail(`there is no package for ${process.platform}-${process.arch}; build it: cargo install armbody --locked`);
}
if (programs.length === 0) {
  fail(`${known.join(" or ")} is not installed; install armbody again, without --omit=optional`);
}
start();

function start() {
  const program = programs.shift();
  const child = spawn(program, process.argv.slice(2), { stdio: "inherit" });
  const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"].filter((name) => name in constants.signals);
  const pass = (signal) => child.kill(signal);
  for (const signal of signals) {
    process.on(signal, pass);
  }
  const leave = () => {
    for (const signal of signals) {
      process.off(signal, pass);
    }
  };
  child.on("error", (error) => {
    leave();
    // A program whose loader is missing is for the other C library.
    if (error.code === "ENOENT" && programs.length > 0) {
      start();
    } else {
      fail(`${program} cannot be run: ${error.message}`);
    }
  });
  child.on("exit", (code, signal) => {
    leave();
    if (signal) {
      process.kill(process.pid, signal);
    } else {
      process.exit(code);
    }
  });
}
