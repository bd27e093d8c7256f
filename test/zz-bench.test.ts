import { test, expect } from "bun:test";
import { randomBytes } from "node:crypto";
import { startBerth } from "./support/berth.ts";
import { digestOf } from "./support/stored.ts";
test("bench", async () => {
  const big = await Bun.file("/tmp/ly/big.tar.gz").bytes();
  for (const round of [1,2,3]) for (const mode of ["off","background"]) {
    const berth = await startBerth({ env: { BERTH_LAYERS_INDEX: mode } });
    const put = async (b: Uint8Array, repo: string) => { const d=digestOf(b); const r=await fetch(`${berth.url}/v2/${repo}/blobs/uploads/?digest=${d}`,{method:"POST",body:new Uint8Array(b)}); if(r.status!==201) throw new Error(await r.text()); return d; };
    const image = async (layer: Uint8Array, repo: string) => { const cfg=randomBytes(300);
      const m=JSON.stringify({schemaVersion:2,mediaType:"application/vnd.oci.image.manifest.v1+json",config:{mediaType:"application/vnd.oci.image.config.v1+json",digest:await put(cfg,repo),size:300},layers:[{mediaType:"application/vnd.oci.image.layer.v1.tar+gzip",digest:await put(layer,repo),size:layer.length}]});
      const r=await fetch(`${berth.url}/v2/${repo}/manifests/1`,{method:"PUT",body:m,headers:{"content-type":"application/vnd.oci.image.manifest.v1+json"}}); if(r.status!==201) throw new Error(await r.text()); };
    await image(big, "big/one");
    await Bun.sleep(11_500); // calm: the index is being made when the pushes begin
    const children = () => Bun.spawnSync(["pgrep","-P",String(berth.pid)]).stdout.toString().trim().split("\n").filter(Boolean).length;
    const before = children();
    const times: number[] = []; const start = performance.now();
    await Promise.all(Array.from({length:64}, async (_, w) => { for (let i=0;i<12;i++){ const t=performance.now(); await image(randomBytes(40_000), `w/${w}`); times.push(performance.now()-t);} }));
    const took = performance.now()-start; times.sort((a,b)=>a-b);
    console.log(round, mode, "children before", before, "during", children(), "pushes/s", Math.round(times.length/took*1000), "p50", Math.round(times[times.length>>1]!), "p99", Math.round(times[Math.floor(times.length*.99)]!), "load", (await Bun.file("/proc/loadavg").text()).slice(0,5));
    await berth.stop();
  }
}, 280_000);
