// Portuguese: the benchmark's page.

import { counted } from "../../src/element/languages/counted.ts";
import type { PageWords } from "./en.ts";

export const bench: PageWords["bench"] = {
  title: "Qual é a velocidade desta GPU? pronk",
  description: "Mede a velocidade com que este navegador e esta GPU rodam modelos de linguagem. Nada é enviado.",
  heading: "Qual é a velocidade desta GPU?",
  lead: "O pronk cria na sua GPU um modelo de pesos aleatórios, verifica se ela calcula certo e mede a velocidade com que lê e escreve. Nada é baixado e nada sai deste dispositivo.",
  sizeLabel: "Um modelo do tamanho de",
  inFront: "Deixe esta aba em primeiro plano: os navegadores desaceleram o que está oculto.",
  tiny: "o modelo minúsculo daqui",
  option: (name, size) => `${name}, ${size}`,
  measure: "Medir",
  again: "Medir de novo",
  measuring: "Medindo",
  progress: {
    "Asking for the GPU": "Solicitando a GPU",
    "Measuring what the adapter can do": "Medindo o que o adaptador consegue",
    "Loading, # of #": "Carregando, # de #",
    "Warming up": "Aquecendo",
    "Reading and answering, # of #": "Lendo e respondendo, # de #",
    "Counting what a token costs": "Contando o que custa um token",
    "Timing every kernel": "Cronometrando cada kernel",
    "Checking two layers against plain kernels": "Comparando duas camadas com kernels simples",
    Done: "Pronto",
  },
  noWebGpu:
    "Este navegador não dá nenhum adaptador WebGPU. Use uma versão atual do Chrome, Edge, Firefox ou Safari, e permita que ele use a GPU.",
  failed: (message) => `A medição falhou. ${message}`,
  headline: (adapter) => `Em ${adapter}`,
  cards: {
    decode: [
      "tokens por segundo, escritos",
      "O que você sente enquanto uma resposta aparece. Um token são cerca de três quartos de uma palavra.",
    ],
    prefill: ["tokens por segundo, lidos", "A velocidade com que uma pergunta ou um texto é lido."],
    first: ["até o primeiro token", "A espera depois de uma pergunta do tamanho medido aqui."],
    load: ["até ficar pronto", "Criar os pesos e compilar os shaders; sem nenhum download."],
  },
  between: (least, most, runs) => `De ${least} a ${most} em ${runs} rodadas.`,
  wrong: (error, allowed) =>
    `Os números estão ERRADOS neste adaptador: os logits diferem em ${error}, e se permite ${allowed}. Os tempos abaixo não significam nada.`,
  right: (positions, error) =>
    `Verificado: ${positions} posições concordam com kernels simples em f32; a maior diferença de um logit é ${error}.`,
  ceiling: (percent, bytes, rate) =>
    `Para escrever um token, a GPU precisa ler ${bytes} de pesos e cache. Ler é tudo o que ela tem a fazer, e ela lê no máximo ${rate} por segundo; isto é, portanto, ${percent} do que a memória permite.`,
  counts: (dispatches, submits) => `Um token são ${dispatches} dispatches em ${submits}.`,
  submits: counted("pt", { one: "# envio", other: "# envios" }),
  nothing: "Nada é criado no caminho.",
  objects: (buffers, groups) => `${buffers} buffers e ${groups} bind groups são criados no caminho.`,
  memory: (gpu, weights, cache) => `Memória da GPU: ${gpu}, dos quais ${weights} de pesos e ${cache} de cache.`,
  timeTitle: "Para onde vai o tempo de um token",
  timeNote:
    "Cada kernel rodou sozinho sob o relógio da própria GPU, então a soma é um pouco mais do que um token leva. Os navegadores arredondam esse relógio para 0,1 ms; kernels muito curtos são, por isso, aproximados.",
  prefillTitle: (tokens) => `Para onde vai o tempo de ler ${tokens} tokens`,
  noClock: "Este adaptador não tem relógio para kernels isolados (timestamp-query), então não há gráfico deles.",
  columns: { kernel: "Kernel", times: "Vezes", ms: "ms", rate: "GB/s", flops: "GFLOP/s" },
  all: "total",
  roofTitle: "Quão perto do teto",
  roofNote:
    "O teto é o que esta GPU consegue, medido há um instante: a rampa é a memória; a parte plana, a aritmética. Um kernel sob a rampa espera a memória; um sob a parte plana, a aritmética; quanto mais perto do teto, menos há a ganhar. Os círculos crescem com a parcela do tempo que um kernel leva.",
  roofX: "operações por byte lido",
  roofY: "GFLOP/s",
  roofLabel: (percent) => `Roofline deste adaptador; um token escrito está a ${percent} do teto da memória`,
  writing: "um token",
  reading: "a pergunta",
  reportTitle: "O relatório",
  reportNote:
    "Texto simples, em inglês, para guardar ou mostrar. Cita o navegador e o adaptador, e nada mais sobre você.",
  reportLabel: "Relatório em texto",
  copy: "Copiar",
  copied: "Copiado",
  copyFailed: "Selecione o texto e copie",
  share: "Compartilhar",
  save: "Salvar como JSON",
};
