// Japanese: the cards of failures.

import type { FailureStrings } from "./en-failures.ts";

const aName = "名前は、モデルのページのアドレスと同じ「所有者/名前」の形です。";
const whereTokensAre = "トークンは Hub の設定の「Access Tokens」で作成できます。読み取り権限があれば足ります。";
const expectedBelow = "正しい内容は下に示します。";
const otherCompiler =
  "モデルに問題はありません。ブラウザーとグラフィックスドライバーを更新するか、別のブラウザーをお試しください。ブラウザーごとに独自のコンパイラーがあります。";
const whatThereIs =
  "モデルのページに、あるものが載っています。版はブランチやコミットで @ の後に、ファイルやフォルダーは名前の後に書きます。";

export const failures: FailureStrings = {
  noWeights: {
    title: "pronk が読める重みがここにありません",
    text: "読めるのは safetensors、GGUF、pytorch_model.bin、Meta の consolidated.00.pth、llama2.c の .bin で、設定ファイルと同じフォルダーにある必要があります。",
  },
  modelUnsupported: {
    title: "このモデルはここでは動きません",
    text: "pronk は Llama 2 系のモデルを動かします。合わなかった点は下に示します。別のモデルなら動くかもしれません。",
  },
  webgpuMissing: {
    title: "ここでは WebGPU を使えません",
    text: "pronk は WebGPU を通じて GPU でモデルを動かします。Chrome と Edge は 113 から、Safari は 26 から、Firefox は Windows で 141 から、Apple 製チップで 145 から対応しています。ページは https か localhost で開く必要があります。ブラウザーが十分新しい場合は、設定でハードウェアアクセラレーションがオフになっていないか確かめてください。",
  },
  adapterMissing: {
    title: "ブラウザーが GPU を使わせてくれません",
    text: "モデルに問題はありません。ブラウザーの設定でハードウェア（グラフィックス）アクセラレーションがオンになっているか確かめ、ブラウザーを再起動し、グラフィックスドライバーを更新してください。リモートデスクトップや仮想マシンには GPU がないことがよくあります。Linux の Chrome では、chrome://flags で WebGPU をオンにする必要があるかもしれません。",
  },
  adapterTooSmall: {
    title: "このモデルはこの GPU には大きすぎます",
    text: "より小さいモデルか、重みあたりのビット数が少ないものを選んでください。",
  },
  wrongNumbers: {
    title: "モデルの計算結果が誤っていました",
    text: "ファイルに原因があるか、この GPU の計算が誤っているため、回答はありません。別のブラウザーをお試しください。それでも変わらなければ、モデルの別のファイルをお使いください。",
  },
  lostOnTheWay: {
    title: "送ったものが GPU に届きませんでした",
    text: "途中で一部が失われたか壊れましたが、影響が出る前に気づきました。もう一度お試しください。繰り返す場合は、ブラウザーを再起動するか、グラフィックスドライバーを更新するか、別のブラウザーをお試しください。",
  },
  commandRefused: { title: "グラフィックスドライバーがコマンドを拒否しました", text: otherCompiler },
  shaderRefused: { title: "グラフィックスドライバーがプログラムを拒否しました", text: otherCompiler },
  storageMissing: {
    title: "ブラウザーがこのページのデータを保存しません",
    text: "プライベートウィンドウや設定によって禁止されている場合があります。モデルは動きますが、毎回ダウンロードが必要です。",
  },
  integrity: {
    title: "一部のバイトが壊れて届きました",
    text: "壊れた部分は破棄しました。再試行すると、その部分だけをダウンロードします。",
  },
  storageFull: (needed, available) => ({
    title: "ブラウザーの保存領域がいっぱいです",
    text:
      (needed === undefined
        ? "このモデルを置く空きがありません。"
        : `このモデルには ${needed} が必要です${available === undefined ? "" : `が、空きは ${available} です`}。`) +
      "届いた分は残ります。別のモデルを削除するか、この端末の空きを増やすか、保存せずに動かしてください。その場合は毎回ダウンロードします。",
  }),
  format: {
    title: "このモデルのファイルに正しくないものがあります",
    text: "ファイルと項目は下に示します。モデルの公開者に問い合わせるか、別のモデルを選んでください。",
  },
  outOfMemory: {
    title: "このモデルはこの端末には大きすぎます",
    text: "より小さいモデルを選ぶか、GPU を使うほかのタブやプログラムを閉じて、もう一度お試しください。",
  },
  outOfMemoryWithOffers: {
    title: "GPU のメモリーが足りません",
    text: "同じモデルを、より少ないメモリーで動かせます。会話は残ります。",
  },
  deviceLost: {
    title: "GPU が使えなくなりました",
    text: "ドライバーの再起動、スリープ、ほかのプログラムが原因のことがあります。会話は残っています。",
  },
  engineNotStarted: {
    title: "ページがエンジンを起動できませんでした",
    text: "ワーカーのファイルが見つからないか、ページのポリシーで禁止されています。ページを再読み込みしてください。それでも直らない場合は、ページの運営者が下の説明に沿って直せます。",
  },
  engineStopped: {
    title: "エンジンが停止しました",
    text: "ワーカーが終了しました。会話は残っています。再試行すると起動し直します。",
  },
  leaderClosed: {
    title: "モデルを動かしていたタブが閉じられました",
    text: "まもなくこのタブが引き継ぎます。届いた分は残ります。",
  },
  contextFull: {
    title: "モデルには長すぎます",
    text: "メッセージを短くするか、新しいチャットを始めてください。",
  },
  message: {
    title: "モデルはこのメッセージを受け取れません",
    text: "メッセージを変えて、もう一度送ってください。",
  },
  noModelName: { title: "これはモデルの名前ではありません", text: expectedBelow },
  noSuchWeights: { title: "モデルにその重みはありません", text: expectedBelow },
  setting: { title: "このページの設定に合わないものがあります", text: expectedBelow },
  unknownName: (repository, hasToken) => ({
    title: `Hub にモデル ${repository} が見当たりません`,
    text:
      `まず名前を確かめてください。${aName}` +
      (hasToken
        ? "名前が正しければ、モデルは非公開で、お使いのトークンのアカウントには閲覧権限がありません。"
        : `名前が正しければ、モデルは非公開です。閲覧できるアカウントのトークンを入力してください。${whereTokensAre}`),
  }),
  gated: (hasToken) => ({
    title: "Hub はまだこのモデルを渡していません",
    text: hasToken
      ? "トークンは認識されていますが、そのアカウントにこのモデルの利用が許可されていないか、制限付きモデルを読む権限がありません。モデルのページで利用を申請するか、別のトークンを入力してください。"
      : `利用が制限されています。モデルのページで条件に同意し、そのアカウントのトークンを入力してください。${whereTokensAre}`,
  }),
  tokenRefused: {
    title: "Hub がこのトークンを受け付けません",
    text: `入力の誤り、期限切れ、または取り消しの可能性があります。${whereTokensAre}`,
  },
  unauthorized: (repository) => ({
    title: `Hub が ${repository} を渡しません`,
    text: `トークンがないと理由は示されません。名前の誤りか、モデルが制限付き、または非公開です。まず名前を確かめてください。${aName}正しければ、モデルのページで利用を申請し、トークンを入力してください。`,
  }),
  noSuchFile: { title: "モデルにそのファイルはありません", text: whatThereIs },
  noSuchVersion: { title: "モデルにその版はありません", text: whatThereIs },
  addressRefused: {
    title: "サーバーがこれを渡しません",
    text: "許可が求められていますが、トークンは Hub にしか送られません。公開されているアドレスをお使いください。",
  },
  nothingThere: {
    title: "このアドレスにモデルがありません",
    text: "config.json と重みのあるフォルダー、または重みのファイルのアドレスを指定してください。",
  },
  busy: {
    title: "サーバーから、要求を減らすよう求められました",
    text: "数分待ってから、もう一度お試しください。届いた分は残ります。",
  },
  serverFault: {
    title: "サーバーに問題が起きています",
    text: "こちらでは直せません。後でもう一度お試しください。届いた分は残り、そこから続きます。",
  },
  forbiddenByPage: {
    title: "このページはそこからダウンロードできません",
    text: "ページのセキュリティポリシーにそのアドレスがありません。ページの運営者が下の説明に沿って許可できます。",
  },
  partMissing: {
    title: "アプリケーションの一部がありません",
    text: "モデルが必要とするときにダウンロードされる部分です。もう一度お試しください。それでも直らなければ、ページが更新されています。再読み込みしてください。",
  },
  interrupted: {
    title: "ダウンロードが中断されました",
    text: "届いた分は残り、再試行するとそこから続きます。接続を確かめてください。",
  },
  offline: {
    title: "モデルをダウンロードできませんでした",
    text: "オフラインのようです。この端末に保存されたモデルは、ネットワークなしで起動します。",
  },
  unknown: {
    title: "問題が発生しました",
    text: "本来は起こらないことです。ページを再読み込みすると直るかもしれません。会話は、ページが保存している場所に残ります。",
  },
  modelPage: "モデルのページ",
  searchHub: "Hub で検索",
  smallerSetup: (changes, size) => `${changes.join("、")}：${size}`,
  shorterContext: (positions) => `コンテキスト ${positions}`,
  cacheIn: { f32: "32 ビットのキャッシュ", f16: "16 ビットのキャッシュ", q8: "8 ビットのキャッシュ" },
  weightsIn: { none: "公開時のままの重み", q8: "8 ビットの重み", q4: "4 ビットの重み" },
  smallerSetups: "少ないメモリーで動かす",
  deleteModel: (model, size) => `${model} を削除：${size} 空きます`,
  deleteModels: "空きを作る",
  withoutStore: "保存せずに動かす",
};
