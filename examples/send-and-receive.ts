// A message becomes sound and comes back.      node dist/examples/send-and-receive.js

import { Receiver, Transmitter } from 'tillsong';

const transmitter = new Transmitter({ profile: 'audible-fast' });
const receiver = new Receiver({ sampleRateHz: 48000 });

const sound = transmitter.modulate(new TextEncoder().encode('one coffee')); // mono Float32Array: play it
for (const event of [...receiver.push(sound), ...receiver.flush()]) // push what a microphone gives, in chunks of any size
  if (event.type === 'message') console.log(new TextDecoder().decode(event.payload)); // -> one coffee
