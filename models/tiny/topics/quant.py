"""What the model knows about quantization."""
from intents import ask, define

G = "quant"

define(G, "quantization", "quantization|quantisation|quantized weights|a quantized model|quantizing|quantized models",
  "Quantization stores the weights of a model with fewer bits, for example 4 instead of 16. The model gets much smaller and faster, and loses only a little quality.",
  train=["how does quantization work", "what is quantization {for|about}", "what does quantization do", "what does {quantized|quantize|quantizing} mean", "how do you quantize a model", "how are weights quantized", "what happens when a model is quantized"],
  held=["what does it mean when a model is quantized", "how are weights made smaller", "quantization, please"],
  more="The weights are cut into small groups. Each group has one scale, and each weight becomes a small whole number times that scale.",
  why="Fewer bits mean fewer bytes to read for each token, and reading the weights is what takes the time.", weight=2)

define(G, "q8", "q8|8-bit quantization|q8 quantization|int8|8 bits|q8 weights",
  "q8 stores each weight in 8 bits with a shared scale. The file is half as big as f16, and the answers are almost the same.",
  train=["how big is q8", "how good is q8", "how does q8 work", "what is lost with q8", "is q8 {good|exact|lossless}"],
  held=["how much does eight bit quantization save", "describe 8-bit weights"],
  more="With 8 bits a weight can take 256 values, which is plenty. Hardly anybody can see the difference.")

define(G, "q4", "q4|4-bit quantization|q4 quantization|int4|4 bits|q4 weights",
  "q4 stores each weight in 4 bits with a scale per small group. The file is about a quarter of f16, and the quality drops just a little.",
  train=["how big is q4", "how good is q4", "how does q4 work", "what is lost with q4", "is q4 {good|good enough|exact|lossless}"],
  held=["how much does four bit quantization save", "describe 4-bit weights"],
  more="With 4 bits a weight can take only 16 values, so the groups are kept small and each has its own scale.")

ask(G, "q4_or_q8", "Take q4 if memory or speed matters most, and q8 if you want answers closest to the original. For most people q4 is the good choice.",
  ["{q4 or q8|q8 or q4|q4 vs q8|q8 vs q4|4 bit or 8 bit}", "which {quantization|one of q4 and q8} {should i use|is better|is best|do i need|do you recommend}", "what is the difference between {q4 and q8|q8 and q4|4-bit and 8-bit}", "is q8 better than q4", "is q4 {worse|better|smaller} than q8", "should i {use|take|choose} q4 or q8", "compare q4 {and|with} q8", "how many bits {should i use|do i need|are best}", "what is the best quantization"],
  ["help me choose between q4 and q8", "which is nicer, four bits or eight bits", "q8 versus q4, what do you advise"],
  more="As a rule, a bigger model in q4 beats a smaller model in q8 of the same size.",
  why="Fewer bits are faster and smaller; more bits stay closer to the original.")

ask(G, "why_smaller", "Each weight is stored with fewer bits. A 7B model needs about 13.5 gigabytes with 16 bits a weight, about 7 with 8 bits, and about 4 with 4 bits.",
  ["why {is|are|does|do} {a quantized model|quantized models|it|the model|quantization|q4|the file} {smaller|so small|get smaller|become smaller|make it smaller|make models smaller}", "how much {smaller|space|memory} {is a quantized model|does quantization save|do i save|does it save}", "how does quantization {save|reduce} {memory|space|size}", "how small {can a model get|is a quantized model|does a 7b model get}", "what does quantization save", "how big is a {quantized|4-bit|8-bit|q4|q8} {7b model|model|llama 2 7b}", "why quantize", "why do {people|we|you} quantize{| models}", "what good does quantization do", "what are the {benefits|advantages} of quantization"],
  ["where do the savings of quantization come from", "what do i gain from a quantized model", "how many bytes does quantization take away"],
  more="The scales need a little room too, so a 4-bit model has about 4.5 bits per weight in the end.")

ask(G, "what_is_lost", "A little precision is lost: each weight is rounded to the nearest value the bits allow. With 8 bits you will not notice it; with 4 bits answers can change slightly; below that quality drops.",
  ["what {is lost|do i lose|do you lose|gets lost|does one lose} {with|in|by|through} {quantization|a quantized model|quantizing|fewer bits}", "what is lost", "does quantization {hurt|harm|lose|cost|reduce} {quality|the quality|accuracy|the model|anything|precision}", "is {a quantized model|quantization} {worse|bad|less accurate|less good|lossless}", "is there a {loss|price|downside|drawback|cost} {of|with|to|in} quantization", "what are the {downsides|drawbacks|disadvantages|costs} of quantization", "how much quality is lost", "do quantized models give {worse|other|different} answers", "is anything lost{| in quantization}", "does it lose quality", "how good are quantized models"],
  ["is a model with fewer bits dumber", "what price do i pay for fewer bits", "will the answers suffer from rounding the weights"],
  more="Rounding errors in many weights mostly cancel out. That is why even 4 bits work well.",
  why="Fewer bits can tell fewer values apart, so each weight has to be rounded.")

define(G, "scale", "a scale in quantization|the scales|a group scale|scales|quantization scales|group size|a group in quantization",
  "A scale is the number that a group of small whole numbers is multiplied with to get the weights back. A group has often 32 or 128 weights.",
  train=["why are there {groups|scales}", "how big is a group", "why small groups", "what is a zero point"], held=["what is the scale of a group of weights"],
  more="Small groups follow the weights more closely, but need more scales. It is a trade between size and quality.")

define(G, "weights_formats", "gptq|awq|exl2|gguf|bitsandbytes|nf4|gptq and awq",
  "GPTQ, AWQ, EXL2, bitsandbytes and GGUF are popular ways to store quantized weights. Each packs the bits and the scales in its own order.",
  train=["does {pronk|it} {support|read|load} {gptq|awq|exl2|gguf|bitsandbytes}", "can {pronk|it} {read|run|load} {gguf|gptq|awq|exl2|bitsandbytes} {files|models}", "{gguf|gptq|awq|exl2} {files|models|support}", "which quantized formats are there"],
  held=["name some formats for quantized weights", "what are gguf files"],
  more="pronk reads them at their own bits. The page says clearly when a file cannot be read.")
