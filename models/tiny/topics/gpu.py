"""What the model knows about WebGPU, shaders and browsers."""
from intents import ask, define

G = "gpu"

define(G, "webgpu", "webgpu|web gpu|the webgpu api",
  "WebGPU is the modern way for web pages to use the graphics card. It can draw pictures, and it can also compute: that is what pronk uses it for.",
  train=["what is webgpu for", "what does webgpu do", "how does webgpu work", "what can webgpu do", "who made webgpu", "is webgpu {new|a standard|an api}", "what do you use webgpu for"],
  held=["what role does webgpu play", "webgpu, what is it"],
  more="WebGPU is a web standard. It gives a page buffers, pipelines and compute shaders, safely behind the rules of the browser.",
  why="A graphics card does thousands of small sums at once, and a language model is made of such sums.", weight=2)

ask(G, "browsers", "WebGPU works in Chrome and Edge from version 113, in Safari from version 26, and in Firefox from version 141 on Windows. Other systems are following.",
  ["{which|what} browser{|s} {support|supports|have|has|can run|can use} {webgpu|pronk|this|it}", "{which|what} browser{|s} {do i need|should i use|can i use|works|work|is best|are supported|are good|will run this}", "does {webgpu|pronk|it|this} {work|run} {in|on} {chrome|firefox|safari|edge|my browser|linux|a mac|windows|brave|opera}", "does {chrome|firefox|safari|edge|my browser|brave|opera} {support|have|run} {webgpu|pronk|it|this}", "{browsers|supported browsers|browser support|firefox|chrome|safari}", "can i use {chrome|firefox|safari|edge|my browser}", "is {chrome|firefox|safari|edge|my browser} {supported|ok|enough|good enough}", "what about {firefox|safari|chrome|edge}", "where does webgpu {work|run}", "which browser version do i need", "is webgpu supported in {chrome|firefox|safari|edge}", "webgpu {browser support|in firefox|in safari|in chrome|support}"],
  ["will this run in safari", "name the browsers that can do webgpu", "i use firefox, is that fine"],
  more="On Linux and Android it depends on the driver. The page checks for WebGPU when it starts and tells you what it found.", weight=1.6,
  why="WebGPU is young, and each browser has to bring it to each system.")

ask(G, "why_webgpu_fast", "A graphics card has thousands of small cores and very fast memory. WebGPU lets a page use them directly, so the big matrix products of a model run in parallel.",
  ["why is {webgpu|the gpu|a gpu|a graphics card} {so |}{fast|quick|faster}", "why {use|do you use|does pronk use|does it use|is it better to use} {webgpu|a gpu|the gpu|the graphics card}", "why webgpu", "how does webgpu make it fast", "what makes {webgpu|a gpu|a graphics card|pronk} {fast|quick}", "why {is a gpu|are gpus} faster than {a cpu|the cpu|cpus|processors}", "why not {use |}{the cpu|a cpu|the processor|javascript}", "is {webgpu|a gpu} {fast|faster|faster than a cpu|faster than the cpu}", "why do {models|language models|llms} {need|use|run on} {a gpu|gpus|graphics cards}", "how fast is webgpu", "{cpu or gpu|gpu or cpu|gpu versus cpu|cpu vs gpu}"],
  ["what is the reason webgpu is quick", "how come graphics cards are good at running models", "wouldn't the processor be just as quick"],
  more="For one token at a time the limit is not arithmetic but memory: all weights must be read once, and graphics memory is fast at that.", weight=1.3)

define(G, "gpu", "a gpu|gpu|a graphics card|the gpu|gpus|graphics cards",
  "A GPU, or graphics card, is a chip with thousands of small cores that work at the same time. It was made for pictures and is very good at matrix sums.",
  train=["what does gpu {mean|stand for}", "what does a {gpu|graphics card} do", "what is the difference between a cpu and a gpu"],
  held=["gpu stands for what", "what job does a graphics card have"],
  more="A CPU has a few strong cores for any task; a GPU has many simple ones for the same task on much data.")

define(G, "compute_shader", "a compute shader|compute shaders|a shader|shaders|compute shader|shader",
  "A compute shader is a small program that runs on the graphics card thousands of times at once, each time on another piece of the data.",
  train=["what do {shaders|compute shaders} do", "how does a {compute shader|shader} work", "what are shaders {for|used for}", "why {compute shaders|shaders}", "how many shaders does pronk have"],
  held=["what does a shader do on the card", "is a shader a kind of program"],
  more="In pronk each operation of the model is one shader: the matrix product, the attention, the norm, and so on.",
  why="One shader runs on many cores at once, and that is where the speed comes from.", weight=1.3)

define(G, "wgsl", "wgsl|the webgpu shading language|webgpu shading language",
  "WGSL is the WebGPU Shading Language, the language in which shaders for WebGPU are written. It looks a little like Rust. All of pronk's shaders are written in it by hand.",
  train=["what does wgsl {mean|stand for}", "what language are {shaders|the shaders} written in", "in which language are {shaders|the shaders} written", "who writes the {wgsl|shaders}", "how are the shaders written", "are the shaders {hand-written|written by hand|generated}", "why hand-written {wgsl|shaders}"],
  held=["wgsl stands for what", "how does one write a shader for webgpu"],
  more="A WGSL file is plain text. The browser checks it and translates it for your graphics card when the page starts.",
  why="A shader written by hand can be read, measured and improved by anybody.", weight=1.3)

define(G, "workgroup", "a workgroup|workgroups|workgroup",
  "A workgroup is a team of shader threads, often 64 or 256, that run together and share a little fast memory.",
  train=["how big is a workgroup", "why workgroups", "how do workgroups work"],
  held=["how many threads are in a workgroup"],
  more="Threads of one workgroup can wait for each other at a barrier; threads of different workgroups cannot.")

define(G, "webgl", "webgl|the old webgl|the difference between webgl and webgpu|webgl versus webgpu",
  "WebGL is the older way to draw with the graphics card in a page. It has no compute shaders; WebGPU has them and wastes less time.",
  train=["is webgpu {better|faster|newer} than webgl", "why not webgl", "webgpu {or|vs|versus} webgl", "how is webgpu different from webgl", "does pronk use webgl"],
  held=["what sets webgpu apart from webgl", "can webgl do the same as webgpu"],
  more="WebGL follows OpenGL from the nineties; WebGPU follows Vulkan, Metal and Direct3D 12.")

define(G, "worker", "a web worker|web workers|a worker",
  "A web worker is a second thread of a web page. pronk can run in one, so that the page stays smooth while the model works.",
  train=["does pronk {use|run in} a {worker|web worker}", "why {a worker|a web worker|web workers}"], held=["what good is a web worker"],
  more="The page and the worker speak by messages, and the answer arrives in small pieces.")

define(G, "f16", "f16|float16|half precision|fp16|16-bit floats|shader-f16",
  "f16 is a number in 16 bits, also called half precision. It takes half the room of an f32 and is exact enough for the weights of a model.",
  train=["why f16", "does it need f16", "what is the difference between f16 and f32", "how {exact|precise} is f16", "f16 or f32"],
  held=["how big is a half precision number", "what do people call half precision"],
  more="pronk stores weights in f16 but does its sums in f32, so small errors do not pile up.")

define(G, "bf16", "bf16|bfloat16|brain float|brain float 16",
  "bf16 is a 16-bit number with the range of an f32 but fewer exact digits. Many models are trained and published in it.",
  train=["what is the difference between bf16 and f16", "why bf16", "bf16 or f16", "is bf16 the same as f16"],
  held=["how does bf16 differ from f16", "what is a bfloat16 number"],
  more="A bf16 is simply the upper half of an f32, so turning it back costs almost nothing.")

define(G, "browser", "a browser|browser|a web browser|web browsers",
  "A browser is the program that shows you web pages, such as Chrome, Firefox, Safari or Edge. With WebGPU it can even run a language model.",
  train=["what does a browser do"], held=["what is the job of a web browser"],
  more="Each page runs in its own safe box, called a tab, and cannot read the rest of your computer.")
