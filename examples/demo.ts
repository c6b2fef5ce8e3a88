// What `npm start` runs: a payment by sound in one go, told step by step, with the recording and a picture of it in out/.
//
//   npm start                                      a simulated room and machine
//   npm start -- --profile ultrasonic-robust       one of the four profiles
//   npm start -- --room room.wav --noise fridge.wav --psnr 5
//   npm start -- --help

import { runDemo } from './demo/run-demo.js';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(); // whoever read our output has read enough: `npm start | head`
});

process.exitCode = await runDemo(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  hasColor: process.stdout.isTTY === true && !process.env.NO_COLOR,
  nowSeconds: Math.floor(Date.now() / 1000),
  clockMs: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
});
