import { test } from 'tap';
import { Crowd } from './journal-crowd.ts';

test('nobody waits: there is no half of them', async (t) => {
  const crowd = new Crowd<string>();
  t.notOk(crowd.isHalfWaiting);
  crowd.wrote('a', 10);
  t.notOk(crowd.isHalfWaiting);
});

test('who is alone is half of all', async (t) => {
  const crowd = new Crowd<string>();
  crowd.wrote('a', 10);
  crowd.waits('a');
  t.ok(crowd.isHalfWaiting);
  crowd.waitsNoMore('a');
  t.notOk(crowd.isHalfWaiting);
});

test('of eight that are busy four have to wait', async (t) => {
  const crowd = new Crowd<number>();
  for (let i = 0; i < 8; i++) crowd.wrote(i, 10 + i / 8);
  for (let i = 0; i < 3; i++) crowd.waits(i);
  t.notOk(crowd.isHalfWaiting);
  crowd.waits(3);
  t.ok(crowd.isHalfWaiting);
});

test('those of the window before count too, those of earlier ones do not', async (t) => {
  const crowd = new Crowd<number>();
  for (let i = 0; i < 8; i++) crowd.wrote(i, 10);
  crowd.waits(0);
  crowd.wrote(0, 12.5);
  t.notOk(crowd.isHalfWaiting, 'eight were busy just now');
  crowd.wrote(0, 17);
  t.ok(crowd.isHalfWaiting, 'one has been for a while');
});
