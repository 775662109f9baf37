// Japanese: the benchmark's page.

import { counted } from "../../src/element/languages/counted.ts";
import type { PageWords } from "./en.ts";

export const bench: PageWords["bench"] = {
  title: "この GPU の速さは？ pronk",
  description: "このブラウザーと GPU が言語モデルを動かす速さを測ります。何も送信されません。",
  heading: "この GPU の速さは？",
  lead: "pronk は GPU 上にランダムな重みのモデルを作り、計算が正しいことを確かめ、読み書きの速さを測ります。何もダウンロードされず、何もこの端末から出ません。",
  sizeLabel: "モデルの大きさ",
  inFront: "このタブを前面に出しておいてください。ブラウザーは見えないタブを遅くします。",
  tiny: "ここにある小さなモデル",
  option: (name, size) => `${name}、${size}`,
  measure: "測定",
  again: "もう一度測定",
  measuring: "測定中",
  progress: {
    "Asking for the GPU": "GPU を要求しています",
    "Measuring what the adapter can do": "アダプターの能力を測っています",
    "Loading, # of #": "読み込み中（# / #）",
    "Warming up": "準備運転中",
    "Reading and answering, # of #": "読み取りと回答（# / #）",
    "Counting what a token costs": "1 トークンの費用を数えています",
    "Timing every kernel": "各カーネルの時間を測っています",
    "Checking two layers against plain kernels": "2 つの層を単純なカーネルと比べています",
    Done: "完了",
  },
  noWebGpu:
    "このブラウザーには WebGPU アダプターがありません。最新の Chrome、Edge、Firefox、Safari を使い、GPU の使用を許可してください。",
  failed: (message) => `測定に失敗しました。${message}`,
  headline: (adapter) => `${adapter} での結果`,
  cards: {
    decode: ["トークン/秒（書き出し）", "回答が現れるときに感じる速さです。1 トークンは英単語のおよそ 4 分の 3 です。"],
    prefill: ["トークン/秒（読み取り）", "質問や文章を読み取る速さです。"],
    first: ["最初のトークンまで", "ここで測った長さの質問をしてから待つ時間です。"],
    load: ["準備ができるまで", "重みの作成とシェーダーのコンパイル。ダウンロードは含みません。"],
  },
  between: (least, most, runs) => `${runs} 回の測定で ${least} から ${most}。`,
  wrong: (error, allowed) =>
    `このアダプターでは数値が誤っています。ロジットの誤差は ${error} で、許容は ${allowed} です。以下の時間に意味はありません。`,
  right: (positions, error) =>
    `確認済み：${positions} か所の位置が f32 の単純なカーネルと一致しました。ロジットの差は最大 ${error} です。`,
  ceiling: (percent, bytes, rate) =>
    `1 トークンを書くために、GPU は重みとキャッシュを ${bytes} 読む必要があります。この GPU の仕事は読むことだけで、読めるのは最大で毎秒 ${rate} です。したがって、これはメモリーが許す速さの ${percent} にあたります。`,
  counts: (dispatches, submits) => `1 トークンは ${dispatches} ディスパッチ、${submits}です。`,
  submits: counted("ja", { other: "# 回の送信" }),
  nothing: "途中で作られるものはありません。",
  objects: (buffers, groups) => `途中で ${buffers} 個のバッファーと ${groups} 個のバインドグループが作られます。`,
  memory: (gpu, weights, cache) => `GPU メモリー：${gpu}（重み ${weights}、キャッシュ ${cache}）。`,
  timeTitle: "1 トークンの時間の内訳",
  timeNote:
    "各カーネルは GPU 自身の時計で個別に測ったため、合計は 1 トークンの時間より少し長くなります。ブラウザーはこの時計を 0.1 ミリ秒に丸めるので、ごく短いカーネルの値は大まかです。",
  prefillTitle: (tokens) => `${tokens} トークンを読む時間の内訳`,
  noClock: "このアダプターには個々のカーネルを測る時計（timestamp-query）がないため、図はありません。",
  columns: { kernel: "カーネル", times: "回数", ms: "ミリ秒", rate: "GB/s", flops: "GFLOP/s" },
  all: "合計",
  roofTitle: "屋根までの近さ",
  roofNote:
    "屋根は、いま測ったこの GPU の限界です。斜面はメモリー、平らな部分は演算を表します。斜面の下のカーネルはメモリーを、平らな部分の下のカーネルは演算を待っています。屋根に近いほど、伸びしろは小さくなります。円の大きさは、カーネルが占める時間の割合です。",
  roofX: "読んだ 1 バイトあたりの演算数",
  roofY: "GFLOP/s",
  roofLabel: (percent) => `このアダプターのルーフライン。書き出す 1 トークンはメモリーの屋根の ${percent} にあります`,
  writing: "1 トークン",
  reading: "質問",
  reportTitle: "レポート",
  reportNote:
    "保存したり人に見せたりするための、英語のテキストです。ブラウザーとアダプターの名前のほかに、あなたの情報は含まれません。",
  reportLabel: "テキストのレポート",
  copy: "コピー",
  copied: "コピーしました",
  copyFailed: "文字を選択してコピーしてください",
  share: "共有",
  save: "JSON で保存",
};
