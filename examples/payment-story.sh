#!/usr/bin/env bash
# The whole story in a shell: enrol online, pay offline by sound through a WAV file, vend, upload, settle, catch a double spend and
# print its proof. `npm run story` builds and runs it; it ends with an error when a step does not go as told here.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
serving=
finish() {
  [ -z "$serving" ] || kill -INT "$serving" 2>/dev/null || true
  [ -z "$serving" ] || wait "$serving" 2>/dev/null || true
  rm -rf "$folder"
}
trap finish EXIT
cd "$folder"

tillsong() { node "$root/dist/src/cli/main.js" "$@"; }
say() { printf '\n== %s\n' "$*"; }
of() { node -pe "JSON.parse(require('fs').readFileSync('$1', 'utf8')).$2"; } # of FILE.json FIELD
expect() { # expect TEXT COMMAND...: runs the command and shows what it says, which must have the text in it
  local text=$1 said
  shift
  said=$("$@" 2>&1) || true
  printf '%s\n' "$said"
  case $said in *"$text"*) ;; *) echo "story: expected to be told: $text" >&2 && exit 1 ;; esac
}

say 'online: a bank, a settlement, two machines of operator 77'
tillsong issuer init --dir bank --currency EUR --max-payment 5.00 --max-total 20.00 --min-score 550 --audience 77
for machine in 7 8; do
  tillsong till init --dir "machine$machine" --machine "$machine" --audience 77 --currency EUR \
    --max-payment 5.00 --max-certificate 20.00 --max-stored 500.00
done
tillsong settle init --dir settlement --issuer bank/issuer.json --deny-list-key bank/issuer.key \
  --till machine7/till.json --till machine8/till.json
settlement_key=1:$(of settlement/settlement.json publicKey)
for machine in 7 8; do
  tillsong till trust --dir "machine$machine" --issuer bank/issuer.json --settlement-key "$settlement_key"
done

say 'online: Ann registers, shows that her phone holds its key, and gets a certificate'
tillsong wallet init --dir ann --issuer bank/issuer.json --machine "7:$(of machine7/till.json publicKey)"
tillsong wallet request --dir ann --challenge "$(tillsong issuer challenge --dir bank)" --out request.json
tillsong issuer enrol --dir bank --request request.json --holder ann --score 600 --out certificate
tillsong wallet sync --dir ann --certificate certificate
cp -r ann old-backup

say 'offline: she pays 1.50 EUR by sound, machine 7 vends and sings a receipt'
tillsong wallet pay --dir ann --machine 7 --price 1.50 --currency EUR --item 12 --yes --out payment.wav
expect 'vended: 1.50 EUR' tillsong till serve --dir machine7 --from payment.wav --item 12 --price 1.50 --out receipt.wav
expect 'vended' tillsong wallet hear --dir ann --from receipt.wav

say 'offline: the same sound again buys nothing'
expect 'told again' tillsong till serve --dir machine7 --from payment.wav --item 12 --price 1.50

say 'offline: the phone is set back to its old backup and pays the same counter at machine 8'
tillsong wallet pay --dir old-backup --machine 8 --price 1.50 --currency EUR --item 12 --yes --out again.wav
expect 'vended: 1.50 EUR' tillsong till serve --dir machine8 --from again.wav --item 12 --price 1.50

say 'online: machine 7 uploads over HTTP; the journal of machine 8 is carried in a file'
node "$root/dist/src/cli/main.js" settle serve --dir settlement --port 0 >serving.json 2>serving.log &
serving=$!
for _ in $(seq 100); do [ -s serving.json ] && break || sleep 0.1; done
url=$(of serving.json address)
expect '2 of 2 acknowledged' tillsong till upload --dir machine7 --url "$url"
tillsong till upload --dir machine8 --out journal8.json
expect 'double-spend' tillsong settle apply --dir settlement journal8.json --out answer8.json
tillsong till upload --dir machine8 --answer answer8.json
tillsong wallet bill --dir ann --out bill.json
tillsong settle apply --dir settlement bill.json --out bill-answer.json
tillsong wallet settled --dir ann --bill bill.json --answer bill-answer.json

say 'the double spend and its proof: one charge, two signatures of one counter'
expect 'proof verified' tillsong settle report --dir settlement

say 'online: machine 8 learns of the cheat; the next payment is refused'
expect 'acknowledged' tillsong till upload --dir machine8 --url "$url"
tillsong wallet cancel --dir old-backup
tillsong wallet pay --dir old-backup --machine 8 --price 1.50 --currency EUR --item 12 --yes --out next.wav
expect 'denied' tillsong till serve --dir machine8 --from next.wav --item 12 --price 1.50

say 'told as expected'
