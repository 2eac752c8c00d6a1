#!/bin/sh
# Proves the two commands of the README where there is nothing but Rust and git: a bare Debian in a chroot, with only the
# toolchain of this machine bound in. Run before a release, as root; needs debootstrap and curl.
#   xtask/bare.sh demo    `./x demo` until the model city answers
#   xtask/bare.sh test    the whole of `./x test`
# BARE_DIR: where to work (some 10 GB); BARE_SUITE: which Debian; BARE_REGISTRY: a cargo registry to bind in, so that
# crates are not fetched again (what was measured with it says so).
set -eu

what=${1:-demo}
here=$(cd "$(dirname "$0")/.." && pwd)
suite=${BARE_SUITE:-bookworm}
place=${BARE_DIR:-$here/target/bare}
base=$place/base-$suite
root=$place/root
port=18080
minutes_max=60

[ "$(id -u)" = 0 ] || { echo "请以 root 运行 / run it as root" >&2; exit 1; }
for tool in debootstrap curl unshare git; do
    command -v "$tool" >/dev/null || { echo "缺少 / missing: apt-get install $tool" >&2; exit 1; }
done

if [ ! -e "$base/made" ]; then
    mkdir -p "$base"
    debootstrap --variant=minbase --include=git,ca-certificates "$suite" "$base"
    umount "$base/proc" 2>/dev/null || true
    touch "$base/made"
fi
# What the last run left; nothing may be mounted in it (its mounts went with its name space).
! grep -q " $root" /proc/self/mounts || { echo "$root: 仍有挂载 / something is mounted in it" >&2; exit 1; }
rm -rf --one-file-system "$root"
cp -a --one-file-system "$base" "$root"
git clone --quiet --no-hardlinks "$here" "$root/src"
echo "提交 / commit $(git -C "$root/src" rev-parse --short HEAD)"
cp /etc/resolv.conf "$root/etc/resolv.conf"
# Certificates that this machine trusts (a company's proxy has its own).
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
mkdir -p "$root/opt/rust" "$root/root"/.cargo/registry

# Its own mounts and processes: both are gone when the first process is.
inside='
set -eu
mount --bind "$SYSROOT" "$ROOT/opt/rust"
mount -o remount,bind,ro "$ROOT/opt/rust"
[ -z "$REGISTRY" ] || mount --bind "$REGISTRY" "$ROOT/root"/.cargo/registry
mount --rbind /dev "$ROOT/dev"
mount -t proc proc "$ROOT/proc"
exec chroot "$ROOT" env -i HOME=/root LANG=C.UTF-8 CI=true PATH=/opt/rust/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt sh -c "cd /src && exec $COMMAND"
'
command="./x $what"
[ "$what" = demo ] && command="$command --port $port"
began=$(date +%s)
took() { echo "$what: $(($(date +%s) - began)) s"; }
SYSROOT=$(rustc --print sysroot) REGISTRY=${BARE_REGISTRY:-} ROOT=$root COMMAND=$command \
    unshare --mount --pid --fork --kill-child sh -c "$inside" &
pid=$!
trap 'kill "$pid" 2>/dev/null || true' EXIT INT TERM

if [ "$what" != demo ]; then
    wait "$pid" && status=0 || status=$?
    took
    exit "$status"
fi
while kill -0 "$pid" 2>/dev/null; do
    if curl --silent --fail --max-time 5 "http://127.0.0.1:$port/healthz" >/dev/null; then
        took
        echo "样板城市已应答 / the model city answers"
        exit 0
    fi
    [ $(($(date +%s) - began)) -lt $((minutes_max * 60)) ] || { echo "$minutes_max min: 没有应答 / no answer" >&2; exit 1; }
    sleep 2
done
wait "$pid" || true
echo "命令提前结束 / the command ended before it served" >&2
exit 1
