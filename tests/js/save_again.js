// Reads a workbook and saves it again: node save_again.js exceljs|sheetjs source target
import ExcelJS from "exceljs";
import XLSX from "xlsx";

const [, , program, source, target] = process.argv;
if (program === "exceljs") {
  const book = new ExcelJS.Workbook();
  await book.xlsx.readFile(source);
  await book.xlsx.writeFile(target);
} else {
  XLSX.writeFile(XLSX.readFile(source, { cellFormula: true, cellNF: true, cellStyles: true }), target);
}
