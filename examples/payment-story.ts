// The whole story of a payment in one program, from enrolment to the proof of a double spend.      node dist/examples/payment-story.js

import { tellPaymentStory } from './payment-story/tell-payment-story.js';

await tellPaymentStory();
