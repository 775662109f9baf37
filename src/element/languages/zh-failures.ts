// Chinese: the cards of failures.

import type { FailureStrings } from "./en-failures.ts";

const aName = "名称的写法是“所有者/名称”，与模型页面的网址一致。";
const whereTokensAre = "令牌在 Hub 设置的“Access Tokens”中创建，有读取权限即可。";
const expectedBelow = "应有的内容见下文。";
const otherCompiler = "模型没有问题。请更新浏览器和显卡驱动，或换一个浏览器：每个浏览器都自带编译器。";
const whatThereIs = "模型页面列出了现有的内容：版本是分支或提交，写在 @ 之后；文件和文件夹写在名称之后。";

export const failures: FailureStrings = {
  noWeights: {
    title: "这里没有 pronk 能读取的权重",
    text: "它能读取 safetensors、GGUF、pytorch_model.bin、Meta 的 consolidated.00.pth 以及 llama2.c 的 .bin，且须与配置文件在同一文件夹中。",
  },
  modelUnsupported: {
    title: "这个模型无法在这里运行",
    text: "pronk 运行 Llama 2 系列的模型。不符合之处见下文；换一个模型或许可以。",
  },
  webgpuMissing: {
    title: "这里无法使用 WebGPU",
    text: "pronk 通过 WebGPU 在 GPU 上运行模型。Chrome 和 Edge 自 113 版、Safari 自 26 版、Firefox 在 Windows 上自 141 版、在 Apple 芯片上自 145 版起支持。页面必须来自 https 或 localhost。如果你的浏览器够新，请看看设置中是否关闭了硬件加速。",
  },
  adapterMissing: {
    title: "浏览器无法访问 GPU",
    text: "模型没有问题。请确认浏览器设置中已开启硬件加速（图形加速），重启浏览器，并更新显卡驱动。远程桌面或虚拟机往往没有 GPU；在 Linux 上，Chrome 可能需要在 chrome://flags 中开启 WebGPU。",
  },
  adapterTooSmall: {
    title: "这个模型对这块 GPU 来说太大了",
    text: "请选择更小的模型，或每个权重位数更少的模型。",
  },
  wrongNumbers: {
    title: "模型算出的数不对",
    text: "原因在它的文件，或是这块 GPU 计算有误，所以没有回答。请换一个浏览器；如果没有变化，请换用模型的另一个文件。",
  },
  lostOnTheWay: {
    title: "GPU 没有收到传给它的内容",
    text: "途中有内容丢失或出错，好在及时发现，没有造成影响。请重试；如果再次出现，请重启浏览器、更新显卡驱动，或换一个浏览器。",
  },
  commandRefused: { title: "显卡驱动拒绝了一条命令", text: otherCompiler },
  shaderRefused: { title: "显卡驱动拒绝了一个程序", text: otherCompiler },
  storageMissing: {
    title: "浏览器不为此页面保存任何内容",
    text: "可能是隐私窗口或某项设置不允许。模型仍可运行，但每次都要下载。",
  },
  integrity: { title: "有些字节在到达时已损坏", text: "损坏的部分已丢弃。重试时只会下载这一部分。" },
  storageFull: (needed, available) => ({
    title: "浏览器的存储空间已满",
    text:
      (needed === undefined
        ? "没有空间存放这个模型。"
        : `这个模型需要 ${needed}${available === undefined ? "" : `，而可用空间为 ${available}`}。`) +
      "已到达的内容会保留。请删除另一个模型、在这台设备上腾出空间，或者不保存直接运行：那样每次都要下载。",
  }),
  format: {
    title: "这个模型的一个文件不符合要求",
    text: "文件和字段见下文。请询问模型的发布者，或换一个模型。",
  },
  outOfMemory: {
    title: "这个模型对这台设备来说太大了",
    text: "请选择更小的模型，或关闭其他使用 GPU 的标签页和程序后重试。",
  },
  outOfMemoryWithOffers: {
    title: "所需内存超出了 GPU 所能提供的",
    text: "同一模型可以用更少的内存运行。你的对话会保留。",
  },
  deviceLost: {
    title: "GPU 断开了",
    text: "可能是驱动重启、休眠或其他程序造成的。你的对话还在。",
  },
  engineNotStarted: {
    title: "页面无法启动引擎",
    text: "找不到它的 worker 文件，或页面的策略不允许。请重新加载页面；如果没有用，页面的维护者可按下文所述修复。",
  },
  engineStopped: { title: "引擎停止了", text: "它的 worker 已结束。你的对话还在；重试会重新启动它。" },
  leaderClosed: { title: "运行模型的标签页被关闭了", text: "这个标签页马上接手，已到达的内容会保留。" },
  contextFull: { title: "这对模型来说太长了", text: "请缩短消息，或开始新对话。" },
  message: { title: "模型无法接受这条消息", text: "请修改消息后重新发送。" },
  noModelName: { title: "这不是模型的名称", text: expectedBelow },
  noSuchWeights: { title: "模型没有这样的权重", text: expectedBelow },
  setting: { title: "此页面的一项设置不合适", text: expectedBelow },
  unknownName: (repository, hasToken) => ({
    title: `Hub 上看不到模型 ${repository}`,
    text:
      `请先检查名称。${aName}` +
      (hasToken
        ? "如果名称无误，那么模型是私有的，你的令牌所属账户无权查看。"
        : `如果名称无误，那么模型是私有的：请提供有权查看它的账户的令牌。${whereTokensAre}`),
  }),
  gated: (hasToken) => ({
    title: "Hub 还不提供这个模型",
    text: hasToken
      ? "Hub 认得你的令牌，但它的账户未获准使用这个模型，或者它不能读取受限模型。请在模型页面申请访问权限，或换一个令牌。"
      : `它是受限模型。请在模型页面接受其条款，然后提供该账户的令牌。${whereTokensAre}`,
  }),
  tokenRefused: { title: "Hub 不接受这个令牌", text: `它可能输错了、已过期或已被撤销。${whereTokensAre}` },
  unauthorized: (repository) => ({
    title: `Hub 不提供 ${repository}`,
    text: `没有令牌时它不会说明原因：名称可能输错了，或者模型是受限的或私有的。请先检查名称。${aName}如果名称无误，请在模型页面申请访问权限，并提供令牌。`,
  }),
  noSuchFile: { title: "模型没有这个文件", text: whatThereIs },
  noSuchVersion: { title: "模型没有这个版本", text: whatThereIs },
  addressRefused: {
    title: "服务器不提供此内容",
    text: "它要求权限，而令牌只会发给 Hub。请使用公开的地址。",
  },
  nothingThere: {
    title: "这个地址没有模型",
    text: "地址应指向含有 config.json 和权重的文件夹，或一个权重文件。",
  },
  busy: { title: "服务器要求减少请求", text: "请等几分钟再试。已到达的内容会保留。" },
  serverFault: {
    title: "服务器出了问题",
    text: "这不是你能解决的。请稍后再试；已到达的内容会保留，并从那里继续。",
  },
  forbiddenByPage: {
    title: "此页面不允许从那里下载",
    text: "它的安全策略没有列出这个地址。页面的维护者可按下文所述允许它。",
  },
  partMissing: {
    title: "应用缺少一部分",
    text: "这部分会在模型需要时下载。请重试；如果没有用，说明页面已经更新：请重新加载。",
  },
  interrupted: { title: "下载中断了", text: "已到达的内容会保留，重试时从那里继续。请检查网络连接。" },
  offline: {
    title: "无法下载模型",
    text: "你似乎处于离线状态。保存在这台设备上的模型不需要网络就能启动。",
  },
  unknown: {
    title: "出了点问题",
    text: "这本不该发生。重新加载页面或许有用；对话会保留在页面保存它的地方。",
  },
  modelPage: "模型页面",
  searchHub: "在 Hub 上搜索",
  smallerSetup: (changes, size) => `${changes.join("，")}：${size}`,
  shorterContext: (positions) => `上下文 ${positions}`,
  cacheIn: { f32: "32 位缓存", f16: "16 位缓存", q8: "8 位缓存" },
  weightsIn: { none: "权重保持发布时的样子", q8: "8 位权重", q4: "4 位权重" },
  smallerSetups: "用更少的内存运行",
  deleteModel: (model, size) => `删除 ${model}：可腾出 ${size}`,
  deleteModels: "腾出空间",
  withoutStore: "不保存，直接运行",
};
